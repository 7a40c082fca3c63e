package engine

import (
	"sync/atomic"

	"netstream/aggregate/flow"
)

// batch is a run of packets, in order of their clocks. It goes as it is from its source
// to all workers, which meter each what is theirs.
type batch struct {
	packets []flow.Packet // room for them is made when some come: small inputs need few batches

	order  []uint16 // numbers of packets, by worker; those of one in order
	shards []uint16 // of each packet, while order is made
	ends   []int    // of each worker's in order
	users  atomic.Int32
}

// room gives room for so many packets.
func (b *batch) room(packets int) []flow.Packet {
	if cap(b.packets) < packets {
		b.packets = make([]flow.Packet, packets)
	}
	return b.packets[:packets]
}

// everyPacket are the numbers of all packets of a batch.
func everyPacket() []uint16 {
	numbers := make([]uint16, flow.BatchPackets)
	for i := range numbers {
		numbers[i] = uint16(i)
	}
	return numbers
}

// part tells which packets belong to which of so many shards. Shards are told apart by
// the lower half of the hash, since the tables use the upper half.
func (b *batch) part(shards int) {
	if len(b.ends) != shards {
		b.ends = make([]int, shards)
		b.order, b.shards = make([]uint16, flow.BatchPackets), make([]uint16, flow.BatchPackets)
	}
	clear(b.ends)
	packets, of := b.packets, b.shards[:len(b.packets)]
	for i := range packets {
		shard := shardOf(packets[i].Hash, shards)
		of[i] = uint16(shard)
		b.ends[shard]++
	}
	begin := 0
	for shard, n := range b.ends {
		b.ends[shard] = begin
		begin += n
	}
	for i, shard := range of {
		b.order[b.ends[shard]] = uint16(i)
		b.ends[shard]++
	}
}

// share gives the numbers of a shard's packets, once the batch is parted.
func (b *batch) share(shard int) []uint16 {
	begin := 0
	if shard > 0 {
		begin = b.ends[shard-1]
	}
	return b.order[begin:b.ends[shard]]
}

func shardOf(hash uint64, shards int) uint64 { return uint64(uint32(hash)) * uint64(shards) >> 32 }
