package main

const initialEntries = 1 << 16 // of the index; a power of two, doubled at half load

// record is a flow.
type record struct {
	key             key
	packets, octets uint64
	first, last     uint64
	control         uint8
}

// table is an open-addressing index over dense records. An index entry holds 32
// bits of the hash and the record's number plus 1, so that most look-ups read
// one entry and one record.
type table struct {
	index   []uint64
	mask    uint64
	records []record
	touched uint64
}

func newTable() table {
	return table{index: make([]uint64, initialEntries), mask: initialEntries - 1}
}

// find notes the index entry of a packet.
func (t *table) find(p *packet) { p.entry = t.index[p.hash>>32&t.mask] }

// touch reads the records that the entries point to. Go has no prefetch; loads
// that do not depend on each other overlap just as well. The sum keeps the
// compiler from leaving them out.
func (t *table) touch(batch []packet) {
	sum := t.touched
	for i := range batch {
		if number := uint32(batch[i].entry); number != 0 {
			sum += t.records[number-1].packets
		}
	}
	t.touched = sum
}

// update adds the packet to its flow, a new one if need be.
func (t *table) update(p *packet) {
	tag := p.hash >> 32
	slot := tag & t.mask
	for entry := t.index[slot]; entry != 0; entry = t.index[slot] {
		if entry>>32 == tag {
			if r := &t.records[uint32(entry)-1]; r.key == p.key {
				r.packets++
				r.octets += uint64(p.octets)
				r.last = max(r.last, p.time)
				r.control |= p.control
				return
			}
		}
		slot = (slot + 1) & t.mask
	}
	t.records = append(t.records, record{p.key, 1, uint64(p.octets), p.time, p.time, p.control})
	t.index[slot] = tag<<32 | uint64(len(t.records))
	if len(t.records)*2 > len(t.index) {
		t.grow()
	}
}

func (t *table) grow() {
	old := t.index
	t.index = make([]uint64, 2*len(old))
	t.mask = uint64(len(t.index) - 1)
	for _, entry := range old {
		if entry == 0 {
			continue
		}
		slot := entry >> 32 & t.mask
		for t.index[slot] != 0 {
			slot = (slot + 1) & t.mask
		}
		t.index[slot] = entry
	}
}
