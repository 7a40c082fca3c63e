package reader

import (
	"cmp"
	"net/netip"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader/datagram"
	"netstream/reader/nfcapd"
	"netstream/reader/sequence"
)

// MaxStreams bounds the streams of one input that are told apart: exporter, port,
// version and observation domain. Forged datagrams can name a new one each; messages
// of streams beyond are not decoded, and are counted as too_many_streams.
const MaxStreams = 1 << 14

// remarkBadChecksum counts messages over UDP, read as they are, of a wrong checksum.
const remarkBadChecksum = "bad_udp_checksum"

// ExportAccount says where the messages and records of an exporter input went.
type ExportAccount struct {
	Messages map[string]*MessageTally // by outcome; each message has exactly one
	Remarks  map[string]uint64        // remarks on messages and records, which do not exclude them

	DataRecords   uint64 // records of flows and of options
	FlowRecords   uint64
	OptionRecords uint64
	DecodedLate   uint64 // of DataRecords, those decoded with a template that came later or from another input
	RowsDecoded   uint64 // as the decoder counts them

	UndecodableSets, UndecodableOctets uint64 // data sets without template
	RecordOctets, PaddingOctets        uint64 // of decoded data sets
	SetOctets                          uint64 // of all data sets, without their headers

	Rows       uint64 // rows given to the flow table
	Packets    flow.Sum
	Octets     flow.Sum
	WireOctets flow.Sum
	FirstTime  flow.Timestamp // earliest start of all rows; valid iff there are any
	LastTime   flow.Timestamp // latest end of all rows

	Streams []Stream // by exporter, port, version, domain

	// What the container says; those of other containers are nil.
	Raw    *datagram.RawTally
	Frames *FrameTally
	Nfcapd *nfcapd.Tally
	Info   *nfcapd.Info
}

// FrameTally says where the frames of a capture of exports went.
type FrameTally struct {
	Outcomes []datagram.OutcomeFrames // each frame has exactly one
	datagram.PacketTally
}

// MessageTally counts messages that have something in common.
type MessageTally struct {
	Messages    uint64
	Octets      uint64
	FirstOffset int64  // of the first one, in the decompressed input
	FirstNumber uint64 // of the first one in its input, from 1
}

// Stream is what one exporter sent in one observation domain.
type Stream struct {
	Exporter netip.Addr // zero if the container does not tell
	Port     uint16     // UDP, TCP or SCTP source port; 0 if the container does not tell
	Version  uint16     // of the messages: 1, 5 to 10; 0 if the container has no messages
	Domain   uint32     // flow.Point's

	Messages, Octets  uint64
	Dropped           uint64 // repeated messages that were left out
	Rejected          uint64 // malformed messages
	DataRecords       uint64 // records of flows and of options
	FlowRecords       uint64
	OptionRecords     uint64
	Rows              uint64
	Templates         uint64 // template records, repeated ones included
	OptionTemplates   uint64
	Redefinitions     uint64
	Withdrawals       uint64
	UndecodableSets   uint64
	UndecodableOctets uint64
	DecodedLate       uint64
	TimeInverted      uint64

	// Sequence is what the sequence numbers and clocks say. It has no scores where
	// the container has no messages.
	Sequence sequence.Report
}

// MessagesRead gives the messages that the container gave.
func (a *ExportAccount) MessagesRead() uint64 {
	switch {
	case a.Raw != nil:
		return a.Raw.Messages
	case a.Frames != nil:
		return a.Frames.Messages
	}
	return 0
}

// message counts a message under its outcome.
func (a *ExportAccount) message(outcome string, m *datagram.Message) {
	t := a.Messages[outcome]
	if t == nil {
		t = &MessageTally{FirstOffset: m.Offset, FirstNumber: m.Number}
		a.Messages[outcome] = t
	}
	t.add(m)
}

func (t *MessageTally) add(m *datagram.Message) {
	t.Messages++
	t.Octets += uint64(len(m.Data))
}

// add counts rows, at least one, of so much volume: the first of them began and the last
// of them ended at the times given.
func (a *ExportAccount) add(rows uint64, v *flow.Counters, first, last flow.Timestamp) {
	if a.Rows == 0 {
		a.FirstTime, a.LastTime = first, last
	}
	a.Rows += rows
	a.FirstTime, a.LastTime = min(a.FirstTime, first), max(a.LastTime, last)
	a.Packets.Add(v.Packets)
	a.Octets.Add(v.Octets)
	a.WireOctets.Add(v.WireOctets)
}

type streamKey struct {
	exporter netip.Addr
	port     uint16
	version  uint16
	domain   uint32
}

// stream is a stream that is being read.
type stream struct {
	Stream
	tracker *sequence.Tracker
}

// report gives all streams in their order.
func (e *Exports) report() []Stream {
	streams := make([]Stream, 0, len(e.streams))
	for _, s := range e.streams {
		s.Sequence = s.tracker.Report()
		told := s.Stream
		told.Exporter = e.options.Anonymize.Addr(s.Exporter)
		streams = append(streams, told)
	}
	sortStreams(streams)
	return streams
}

func sortStreams(streams []Stream) {
	slices.SortFunc(streams, func(a, b Stream) int {
		return cmp.Or(a.Exporter.Compare(b.Exporter), cmp.Compare(a.Port, b.Port),
			cmp.Compare(a.Version, b.Version), cmp.Compare(a.Domain, b.Domain))
	})
}
