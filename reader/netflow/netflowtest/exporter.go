package netflowtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Counting says what an exporter's sequence numbers count.
type Counting uint8

// The ways to count.
const (
	// Standard: flow records in versions 5 to 8, messages in version 9 (RFC 3954
	// section 5.1), data records in IPFIX (RFC 7011 section 3.1).
	Standard Counting = iota
	CountRecords
	CountMessages
	CountDataMessages // messages of templates only repeat the number
	CountNothing      // the number stays as it is
)

// Exporter is a device, as far as its messages tell. Its methods give messages in the
// order in which it sends them.
type Exporter struct {
	Version uint16 // 1, 5, 6, 7, 8, 9, 10
	Scheme  uint8  // aggregation scheme of version 8: 1 to 14

	// Domain is the source id of version 9, the observation domain id of IPFIX, and
	// engine type * 256 + engine id of versions 5, 6 and 8.
	Domain uint32

	Boot     flow.Timestamp // when the uptime was 0
	Sequence uint32         // of the next message
	Counting Counting

	Sampling         uint16  // bytes 22 and 23 of the version 5 header: mode * 2^14 + N
	SourceMasksFirst bool    // version 8, schemes 5, 13 and 14: source mask before destination mask
	Router           [4]byte // router_sc of versions 7 and 8

	// PerMessage is how many records go into a message at most; 0 means as many as
	// the version's limit, and 30 in versions 9 and 10.
	PerMessage int

	// Align is what the lengths of sets are padded to a multiple of, with zeros;
	// 0 means 4 in version 9 (RFC 3954 section 5.3) and no padding in IPFIX.
	Align int

	// CountSets has the version 9 header count FlowSets, as NetStream devices do,
	// rather than records.
	CountSets bool
}

// uptime gives the milliseconds since Boot, modulo 2^32.
func (e *Exporter) uptime(t flow.Timestamp) uint32 {
	return uint32(int64(t.Since(e.Boot)) / 1_000_000)
}

// next gives the sequence number of a message and moves it on.
func (e *Exporter) next(records int, data bool) uint32 {
	sequence := e.Sequence
	counting := e.Counting
	if counting == Standard {
		counting = CountRecords
		if e.Version == 9 {
			counting = CountMessages
		}
	}
	switch {
	case counting == CountRecords:
		e.Sequence += uint32(records)
	case counting == CountMessages, counting == CountDataMessages && data:
		e.Sequence++
	}
	return sequence
}

// limit gives how many records go into a message.
func (e *Exporter) limit() int {
	if e.PerMessage > 0 {
		return e.PerMessage
	}
	switch e.Version {
	case 1:
		return 24
	case 6, 7:
		return 27
	case 8:
		return [15]int{1: 51, 51, 44, 44, 35, 44, 35, 32, 44, 44, 44, 44, 35, 35}[e.Scheme]
	}
	return 30
}

// header gives the header of versions 1 to 9 up to the time.
func (e *Exporter) header(at flow.Timestamp, count int) []byte {
	const second = 1_000_000_000
	b := binary.BigEndian.AppendUint16(nil, e.Version)
	b = binary.BigEndian.AppendUint16(b, uint16(count))
	b = binary.BigEndian.AppendUint32(b, e.uptime(at))
	b = binary.BigEndian.AppendUint32(b, uint32(at/second))
	if e.Version == 9 {
		return b
	}
	return binary.BigEndian.AppendUint32(b, uint32(at%second))
}

// split cuts records into runs of at most limit.
func split(records []flow.Record, limit int) [][]flow.Record {
	var runs [][]flow.Record
	for len(records) > limit {
		runs = append(runs, records[:limit])
		records = records[limit:]
	}
	return append(runs, records)
}
