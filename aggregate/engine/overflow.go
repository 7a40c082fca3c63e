package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// overflow keeps the flow cache of a shard within its bound. Keys are parted by bits of
// their hash. When too many states are open at a time, some parts are set aside: their
// states go to files, one a part, and so do all packets that come for them from then on.
// When no packet is left, the parts are metered one after the other, each as if it were
// the whole input of a shard that begins with those states. A flow record is a function of
// its key's packets in their order, so it is the same.
//
// A part that does not fit either is parted again, by the next bits.
type overflow struct {
	most   int // states in use
	level  uint
	create func() (runs.File, error)
	aside  int // parts that are set aside
	parts  [parts]*part
	order  runs.Order[keyState]

	kept  []uint16 // numbers of packets that stay
	coded []byte
	err   error
}

const (
	partBits = 4
	parts    = 1 << partBits

	// deepest is the last level that has bits of its own: shards are told apart by the
	// bits above it.
	deepest = 5
)

// part is what is set aside of the keys with the same bits.
type part struct {
	file    runs.File
	w       *bufio.Writer
	states  uint64
	packets uint64
	octets  int64
	clock   flow.Timestamp // of the packet before
}

// Overflow says what did not fit into memory.
type Overflow struct {
	Parts, States, Packets uint64
	Octets                 int64 // in files
}

func (o *overflow) partOf(hash uint64) int {
	return int(uint32(hash) >> (partBits * o.level) & (parts - 1))
}

// divert writes the packets of parts that are set aside, and gives the numbers of the
// others.
func (o *overflow) divert(packets []flow.Packet, numbers []uint16) []uint16 {
	if o.aside == 0 {
		return numbers
	}
	o.kept = o.kept[:0]
	for _, n := range numbers {
		p := &packets[n]
		if aside := o.parts[o.partOf(p.Hash)]; aside != nil {
			o.coded = aside.appendPacket(o.coded[:0], p)
			o.write(aside, o.coded)
			aside.packets++
		} else {
			o.kept = append(o.kept, n)
		}
	}
	return o.kept
}

// write writes a row behind its length.
func (o *overflow) write(to *part, row []byte) {
	if o.err != nil {
		return
	}
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(row)))
	_, err := to.w.Write(head[:n])
	if err == nil {
		_, err = to.w.Write(row)
	}
	if err != nil {
		o.err = &runs.SpillError{Action: "write", Err: err}
	}
	to.octets += int64(n + len(row))
}

// bound sets parts aside if the cache has too many states, once those are forgotten that
// silence has ended. Half of the bound is free then.
func (s *shard) bound(now flow.Timestamp) {
	o := s.overflow
	if s.table.used <= o.most || o.level > deepest || o.err != nil {
		return
	}
	s.sweep(now)
	if s.table.used <= o.most/4*3 {
		return
	}
	for aside := (parts - o.aside + 1) / 2; aside > 0 && o.err == nil; aside-- {
		o.setAside()
	}
	s.table.sweep(func(numbers []uint32) []uint32 {
		over := numbers[:0]
		for _, number := range numbers {
			state := s.openState(number)
			aside := o.parts[o.partOf(s.hasher.Hash(&state.Key))]
			if aside == nil || o.err != nil {
				continue
			}
			o.coded = o.order.Append(o.coded[:0], &keyState{state, s.table.extension(number)})
			o.write(aside, o.coded)
			aside.states++
			over = append(over, number)
		}
		return over
	})
}

// boundResumed is bound for a state that was put into the table by a run that goes on from
// another one. It goes to its part at once, as packets that come for the part follow the
// states there.
func (s *shard) boundResumed(hash uint64, number uint32, now flow.Timestamp) {
	o := s.overflow
	aside := o.parts[o.partOf(hash)]
	if aside == nil {
		s.bound(now)
		return
	}
	o.coded = o.order.Append(o.coded[:0], &keyState{s.table.state(number), s.table.extension(number)})
	o.write(aside, o.coded)
	aside.states++
	s.table.forget(hash, number)
}

// setAside begins a file for the next part.
func (o *overflow) setAside() {
	file, err := o.create()
	if err != nil {
		o.err = &runs.SpillError{Action: "create", Err: err}
		return
	}
	o.parts[o.aside] = &part{file: file, w: bufio.NewWriterSize(file, 1<<16)}
	o.aside++
}

// endOverflow meters what was set aside. end is as for endAll.
func (s *shard) endOverflow(end flow.Timestamp) error {
	o := s.overflow
	if o == nil {
		return nil
	}
	defer o.close()
	for _, aside := range o.parts[:o.aside] {
		if o.err != nil {
			return o.err
		}
		s.table = newTable(s.keep)
		s.overflow = &overflow{most: o.most, level: o.level + 1, create: o.create, order: o.order}
		s.swept, s.since, s.left = false, 0, 0
		err := s.meterAside(aside)
		if err == nil {
			err = s.endAll(end)
		}
		s.overflow.close() // after an error
		if err != nil {
			return err
		}
		s.spilled.Parts++
		s.spilled.States += aside.states
		s.spilled.Packets += aside.packets
		s.spilled.Octets += aside.octets
	}
	return o.err
}

// close gives the files back.
func (o *overflow) close() {
	for i, aside := range o.parts {
		if aside != nil {
			if err := aside.file.Close(); o.err == nil && err != nil {
				o.err = &runs.SpillError{Action: "close", Err: err}
			}
			o.parts[i] = nil
		}
	}
	o.aside = 0
}

// meterAside takes the states of a part, then its packets.
func (s *shard) meterAside(aside *part) error {
	if err := aside.w.Flush(); err != nil {
		return &runs.SpillError{Action: "write", Err: err}
	}
	aside.w, aside.clock = nil, 0
	r := &partReader{r: bufio.NewReaderSize(io.NewSectionReader(aside.file, 0, aside.octets), 1<<16)}
	var from keyState
	for range aside.states {
		row, err := r.next()
		if err != nil {
			return err
		}
		if err := s.overflow.order.Decode(row, &from); err != nil {
			return &runs.SpillError{Action: "read", Err: err}
		}
		number := s.table.number(s.hasher.Hash(&from.state.Key), &from.state.Key)
		*s.table.state(number) = *from.state
		moveExtension(s.table.extension(number), from.extension)
	}
	var batch batch
	every := everyPacket()
	for left := aside.packets; left > 0; left -= uint64(len(batch.packets)) {
		batch.packets = batch.room(int(min(left, flow.BatchPackets)))
		for i := range batch.packets {
			row, err := r.next()
			if err != nil {
				return err
			}
			p := &batch.packets[i]
			if err := aside.decodePacket(row, p); err != nil {
				return &runs.SpillError{Action: "read", Err: err}
			}
			p.Hash = s.hasher.Hash(&p.Key)
		}
		s.meterMine(batch.packets, every[:len(batch.packets)])
		if err := s.err(); err != nil {
			return err
		}
	}
	return nil
}

// partReader reads rows behind their lengths.
type partReader struct {
	r   *bufio.Reader
	row []byte
}

func (r *partReader) next() ([]byte, error) {
	length, err := binary.ReadUvarint(r.r)
	if err == nil && length > runs.MaxRow {
		err = errRowCut
	}
	if err == nil {
		if uint64(cap(r.row)) < length {
			r.row = make([]byte, runs.MaxRow)
		}
		r.row = r.row[:length]
		_, err = io.ReadFull(r.r, r.row)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, &runs.SpillError{Action: "read", Err: err}
	}
	return r.row, nil
}
