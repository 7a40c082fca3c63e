package engine

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// single is the open flow of a key of which one packet has come, if it has nothing that is unusual. Floods
// and scans are nearly all of them, and it takes an eighth of the memory of a state, in one line of the cache
// instead of six. It has what its two rows have, as they have it (see isSingle). When a second packet comes,
// a state takes its place.
type single struct {
	addresses uint64         // source and destination, the octets of the row
	rest      uint64         // what follows them in the row, the first octet highest, and below that the shape
	start     flow.Timestamp // of the packet, and its clock
	interval  flow.Timestamp // begin of the one that it lies in
	lengths   uint64         // number of the packet, and singleLengths
	more      uint64         // octet 0 the TTL, octet 1 the input; from bit singleFlagsBit on singleFlags
}

const singleFlagsBit = 19

// shortKey gives addresses and rest of a key; ok says whether there are any.
func shortKey(k *flow.Key) (addresses, rest uint64, ok bool) {
	addresses = uint64(binary.LittleEndian.Uint32(k.Source[mappedOctets:])) | uint64(binary.LittleEndian.Uint32(k.Destination[mappedOctets:]))<<32
	rest = uint64(k.SourcePort)<<48 | uint64(k.DestinationPort)<<32 | uint64(k.Protocol)<<24 | uint64(k.ClassOfService)<<16 | uint64(k.Point&0x3f)<<9 | uint64(k.Shape)
	return addresses, rest, isShort(k) && k.Point>>6 == 0
}

// set makes x the flow that p begins, in the interval that begins at the given time, unless it says false.
func (x *single) set(p *flow.Packet, interval flow.Timestamp) bool {
	m := &p.Meta
	wire, payload, tcp := uint64(m.WireOctets), uint64(m.PayloadOctets), uint64(m.Marks&flow.MarkTCP)/uint64(flow.MarkTCP)
	unusual := m.Octets>>16 | (wire-m.Octets)>>8 | (m.Octets-payload)>>8 | (uint64(p.Time)-uint64(interval))>>40 | uint64(p.Time^p.Clock) |
		p.Number>>31 | uint64(m.Input>>8) | uint64(m.Marks&^flow.MarkTCP) | uint64(m.TCPFlags)>>flow.TCPFlagCount | uint64(m.TCPFlags)&(tcp-1)
	addresses, rest, ok := shortKey(&p.Key)
	if unusual != 0 || !ok {
		return false
	}
	x.addresses, x.rest = addresses, rest
	x.start, x.interval = p.Time, interval
	x.lengths = p.Number | m.Octets<<32 | (wire-m.Octets)<<48 | (m.Octets-payload)<<56
	x.more = uint64(m.TTL) | uint64(m.Input)<<8 | (uint64(m.TCPFlags)<<1|tcp)<<singleFlagsBit
	return true
}

// is says whether the flow has a key.
func (x *single) is(k *flow.Key) bool {
	addresses, rest, ok := shortKey(k)
	return x.addresses == addresses && x.rest == rest && ok
}

// tcpFlags gives the control bits of the packet.
func (x *single) tcpFlags() uint16 { return uint16(x.more >> (singleFlagsBit + 1)) }

// touch reads of x what makes it be in the cache. What it gives has no meaning.
func (x *single) touch() uint64 { return x.addresses + x.more }

// packet sets what the metering asks of the packet that x was made of.
func (x *single) packet(p *flow.Packet) {
	*p = flow.Packet{Time: x.start, Clock: x.start, Number: uint64(uint32(x.lengths))}
	k := &p.Key
	setMapped(&k.Source, uint32(x.addresses))
	setMapped(&k.Destination, uint32(x.addresses>>32))
	k.SourcePort, k.DestinationPort = uint16(x.rest>>48), uint16(x.rest>>32)
	k.Protocol, k.ClassOfService, k.Version = uint8(x.rest>>24), uint8(x.rest>>16), 4
	k.Point, k.Shape = uint32(x.rest>>9&0x3f), flow.Shape(x.rest)&flow.Ports
	var c flow.Counters
	setLengths(&c, x.lengths)
	m := &p.Meta
	m.Octets, m.WireOctets, m.PayloadOctets = c.Octets, uint32(c.WireOctets), uint32(c.PayloadOctets)
	m.TTL, m.Input = uint8(x.more), uint32(x.more>>8&0xff)
	m.TCPFlags, m.Marks = x.tcpFlags(), flow.Mark(x.more>>singleFlagsBit&1)*flow.MarkTCP
}

// open makes state that of the flow, which its packet has begun.
func (x *single) open(process *meter.Process, state *meter.State) {
	var p flow.Packet
	x.packet(&p)
	state.Reset(&p.Key)
	process.Add(state, meter.Extension{}, &p)
}

// putStart writes the start of a row, and behind it the key and the point.
func (x *single) putStart(b *[singlePlace + singleSliceOctets]byte, start flow.Timestamp) {
	binary.BigEndian.PutUint64(b[:], ordered(start))
	binary.LittleEndian.PutUint64(b[startOctets+1:], x.addresses)
	binary.BigEndian.PutUint64(b[startOctets+1+8:], x.rest) // and what stands behind the point, which is written again
	b[startOctets] = keyShort | onePacket | byte(x.rest)<<1
}

// appendRecord appends the flow record, as appendSingle does.
func (x *single) appendRecord(dst []byte, reason flow.EndReason) []byte {
	dst, b := singleRoom(dst)
	x.putStart(b, x.start)
	binary.LittleEndian.PutUint64(b[singlePlace:], x.lengths)
	binary.LittleEndian.PutUint32(b[singlePlace+8:], uint32(x.more)|uint32(reason)<<16)
	return dst[:len(dst)+singlePlace+singleOctets]
}

// appendSlice appends the slice, as appendSingleSlice does.
func (x *single) appendSlice(dst []byte) []byte {
	dst, b := singleRoom(dst)
	x.putStart(b, x.interval)
	place := x.lengths & (1<<32 - 1) // once more, as places are twice the numbers
	binary.LittleEndian.PutUint64(b[singlePlace:], x.lengths+place)
	binary.LittleEndian.PutUint64(b[singlePlace+8:], uint64(x.start)-uint64(x.interval)|x.more>>8&0xff<<40|x.more>>singleFlagsBit<<48)
	return dst[:len(dst)+singlePlace+singleSliceOctets]
}

// odds tell whether flows are worth to be singles: where most get a second packet soon, to begin with a state is less
// work. Some flows are singles in any case, so that a change is seen. None of it has a say in what comes out.
type odds struct {
	begun, promoted uint32 // of the last singles
	low             bool   // most were promoted
}

const (
	oddsOf    = 1024 // after how many singles odds are looked at
	triedBits = 4    // of a hash that are 0 where a key is a single though odds are low; no shard or part is told by the uppermost
)

// ask says whether the flow of a new key is to be a single.
func (o *odds) ask(hash uint64) bool { return !o.low || hash>>(64-triedBits) == 0 }

func (o *odds) begin() {
	if o.begun++; o.begun == oddsOf {
		o.low = o.promoted > oddsOf/2
		o.begun, o.promoted = o.begun/2, o.promoted/2
	}
}

// stateOf gives the state of a packet's key and its number, a new one if there is none. It gives nil if the flow that
// the packet has begun is kept as a single.
func (s *shard) stateOf(p *flow.Packet) (*meter.State, uint32) {
	t := s.table
	i, found := t.find(p.Hash, &p.Key)
	if !found {
		if s.singles && s.odds.ask(p.Hash) && s.process.OpensSingle(p) {
			number := t.take(ofSingles)
			if t.single(number).set(p, s.process.IntervalOf(p.Time)) {
				t.insert(i, tag(p.Hash), number)
				s.odds.begin()
				return nil, 0
			}
			t.giveBack(number)
		}
		number := t.insertState(i, p.Hash, &p.Key)
		return t.state(number), number
	}
	number := t.slots[i].state()
	if t.isSingle(number) {
		s.odds.promoted++
		x := t.single(number)
		number = t.promote(i)
		x.open(s.process, t.state(number))
	}
	return t.state(number), number
}

// expiredSingles is expiredStates for singles.
func (s *shard) expiredSingles(numbers []uint32, now flow.Timestamp) (n int, soonest uint64) {
	soonest = math.MaxUint64
	for _, number := range numbers {
		x := s.table.single(number)
		wait := uint64(s.process.WaitSingle(x.start, x.tcpFlags(), now))
		numbers[n] = number
		n += int(wait >> 63)
		soonest = min(soonest, wait)
	}
	return n, soonest
}

// endSingles ends the flows of singles, whose rows are laid out.
func (s *shard) endSingles(numbers []uint32, end flow.Timestamp) {
	s.records += uint64(len(numbers))
	for _, number := range numbers {
		x := s.table.single(number)
		s.flows.Took(x.appendRecord(s.flows.Room(), s.process.EndSingle(x.start, x.tcpFlags(), end)))
		s.slices.Took(x.appendSlice(s.slices.Room()))
	}
}

// openState gives a state in use, or the one that a single would be.
func (s *shard) openState(number uint32) *meter.State {
	if !s.table.isSingle(number) {
		return s.table.state(number)
	}
	state := new(meter.State)
	s.table.single(number).open(s.process, state)
	return state
}
