package reader

import (
	"errors"
	"fmt"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
	"netstream/reader/netflow"
	"netstream/reader/sequence"
)

// Outcomes of messages besides the reasons of package netflow.
const (
	messageDecoded   = "decoded"
	messageDuplicate = "duplicate"
)

// receive begins the message that was read, and decodes as much of it as there is
// room for. A message that is refused costs itself only.
func (e *Exports) receive(b *flow.Batch) {
	m := &e.message
	version, domain, ok := netflow.Header(m.Data)
	if e.stream = nil; ok {
		e.stream = e.streamOf(version, domain)
		if e.stream == nil {
			e.refuse(&netflow.Error{Reason: netflow.TooManyStreams, Version: version,
				Got: uint64(len(e.streams)) + 1, Want: fmt.Sprintf("at most %d streams in an input", MaxStreams)})
			return
		}
		e.stream.Messages++
		e.stream.Octets += uint64(len(m.Data))
	}
	if err := e.decoder.Begin(originOf(m), m.Received, m.ReceivedValid, m.Data); err != nil {
		var refused *netflow.Error // here, since it lies on the heap
		if errors.As(err, &refused) {
			e.refuse(refused)
			return
		}
	}
	if e.options.Exports.DropDuplicates && e.stream.tracker.Repeated(m.Data) {
		e.stream.Dropped++
		e.account.Exports.message(messageDuplicate, m)
		e.stream.tracker.Observe(&sequence.Observation{Message: m.Data})
		return
	}
	e.pending = true
	e.decode(b)
}

func (e *Exports) refuse(refused *netflow.Error) {
	m := &e.message
	if e.stream != nil {
		e.stream.Rejected++
	}
	e.account.Exports.message(refused.Reason.String(), m)
	e.account.damaged(&damage.Error{
		Kind: damage.BadMessage, Offset: m.Offset, Number: m.Number, Unit: damage.Message, Length: int64(len(m.Data)), Detail: refused.Error(),
	})
}

// streamOf gives the stream of the message; nil if there are too many.
func (e *Exports) streamOf(version uint16, domain uint32) *stream {
	key := streamKey{e.message.Exporter, e.message.Port, version, domain}
	if e.latest != nil && e.latest.key() == key {
		return e.latest
	}
	found := e.streams[key]
	if found == nil && len(e.streams) < MaxStreams {
		found = &stream{tracker: sequence.NewTracker(version)}
		found.Exporter, found.Port, found.Version, found.Domain = key.exporter, key.port, key.version, key.domain
		e.streams[key] = found
	}
	if found != nil {
		e.latest = found
	}
	return found
}

func (s *stream) key() streamKey { return streamKey{s.Exporter, s.Port, s.Version, s.Domain} }

// decode adds records of the message under way.
func (e *Exports) decode(b *flow.Batch) {
	if !e.decoder.Read(b) {
		return
	}
	e.pending = false
	s := e.decoder.Summary()
	if e.decoded != nil {
		e.decoded.add(&e.message)
	} else {
		e.account.Exports.message(messageDecoded, &e.message)
		e.decoded = e.account.Exports.Messages[messageDecoded] // so that it need not be looked up again
	}
	e.stream.tracker.Observe(&sequence.Observation{
		Sequence: s.Sequence, ExportTime: s.ExportTime, Uptime: s.Uptime, HasUptime: s.HasUptime,
		Records: uint32(s.DataRecords), FlowRecords: uint32(s.FlowRecords), Undecoded: s.UndecodableSets > 0,
		DataSets: int(s.DataSets), TemplateSets: int(s.TemplateSets), Message: e.message.Data,
	})
	e.stream.count(s)
	e.account.Exports.count(s)
	if s.UndecodableSets > 0 {
		e.account.damaged(&damage.Error{
			Kind: damage.NoTemplate, Offset: e.message.Offset, Number: e.message.Number, Unit: damage.Message, Length: int64(s.UndecodableOctets),
			Detail: fmt.Sprintf("%d %s of observation domain %d without template", s.UndecodableSets, setNoun(s.UndecodableSets), s.Domain),
		})
	}
}

func setNoun(n uint64) string {
	if n == 1 {
		return "set"
	}
	return "sets"
}

// count takes over what a message amounted to.
func (s *stream) count(m *netflow.Summary) {
	s.DataRecords += m.DataRecords
	s.FlowRecords += m.FlowRecords
	s.OptionRecords += m.OptionRecords
	s.Rows += m.Rows
	s.Templates += m.Templates
	s.OptionTemplates += m.OptionTemplates
	s.Redefinitions += m.Redefinitions
	s.Withdrawals += m.Withdrawals
	s.UndecodableSets += m.UndecodableSets
	s.UndecodableOctets += m.UndecodableOctets
	s.DecodedLate += m.DecodedLate
	s.TimeInverted += m.Remarks[netflow.TimeInverted]
}

func (a *ExportAccount) count(m *netflow.Summary) {
	a.DataRecords += m.DataRecords
	a.FlowRecords += m.FlowRecords
	a.OptionRecords += m.OptionRecords
	a.RowsDecoded += m.Rows
	a.DecodedLate += m.DecodedLate
	a.UndecodableSets += m.UndecodableSets
	a.UndecodableOctets += m.UndecodableOctets
	a.RecordOctets += m.RecordOctets
	a.PaddingOctets += m.PaddingOctets
	a.SetOctets += m.SetOctets
	for remark, n := range m.Remarks {
		if n > 0 {
			a.Remarks[netflow.Remark(remark).String()] += n
		}
	}
}
