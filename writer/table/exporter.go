package table

import (
	"net/netip"

	"netstream/aggregate/flow"
)

// Instant is a time that may be unknown. Its zero value is unknown.
type Instant struct {
	Time  flow.Timestamp
	Known bool
}

// ExporterRow is one row of the table of exporters: what one input holds of one
// stream, which is what an exporter sent from one port, in one version of the
// protocol, of one observation domain.
type ExporterRow struct {
	Input    string     // the input's name as it was given
	Exporter netip.Addr // the zero Addr if the input does not tell
	Port     uint16     // source port of the messages; 0 if the input does not tell
	Version  string     // netflow1, netflow5, ..., netflow9, ipfix or nfcapd
	Domain   Quantity   // observation domain, from 0 to 2^32-1

	FirstExport, LastExport Instant // least and greatest export time of the messages

	Messages, Octets  Quantity // export messages, and their octets
	DuplicatesDropped Quantity // messages left out because they repeat another
	RejectedMessages  Quantity // messages that could not be decoded

	Records, OptionRecords Quantity // data records of flows, and of options
	Rows                   Quantity // rows of the flow table

	Templates, OptionTemplates Quantity // template records, repeated ones included
	Redefinitions, Withdrawals Quantity // of templates

	SequenceRule string   // what the sequence numbers count; empty if it is not known
	SequenceGaps Quantity // places where units are missing
	Lost         Quantity // units of SequenceRule that are missing
	Duplicates   Quantity // messages that repeat another
	Reordered    Quantity // messages that came behind a later one
	Resets       Quantity // places where the sequence began anew

	ClockBackwards Quantity // messages exported before the one before them
	ClockJumps     Quantity // places where export time and uptime disagree
	UptimeWraps    Quantity // times the uptime passed 2^32 milliseconds
	TimeInverted   Quantity // records that end before they start

	UndecodableSets, UndecodableOctets Quantity // sets that were not decoded, and their octets
	DecodedLate                        Quantity // records decoded with a template that came later
}

// Exporters declares the table of exporters: one row an input and stream.
func Exporters(o Options) []Column[ExporterRow] {
	columns := exporterStream()
	columns = append(columns, exporterTimes(&o)...)
	columns = append(columns, exporterMessages()...)
	return append(columns, exporterSequence()...)
}

// exporterStream declares which stream a row is of.
func exporterStream() []Column[ExporterRow] {
	return []Column[ExporterRow]{
		{
			Name: "input", Kind: Text, Pattern: Varied,
			Definition: "Name of the input as it was given.",
			Text:       func(dst []byte, r *ExporterRow) []byte { return appendValid(dst, r.Input) },
		}, {
			Name: "exporter_ip", Kind: Text, Elements: []Element{{130, "exporterIPv4Address"}, {131, "exporterIPv6Address"}},
			Definition: "Address that the messages came from; NULL if the input does not tell.",
			Null:       func(r *ExporterRow) bool { return !r.Exporter.IsValid() },
			Text:       func(dst []byte, r *ExporterRow) []byte { return r.Exporter.Unmap().WithZone("").AppendTo(dst) },
		}, {
			Name: "exporter_port", Kind: Uint16, Elements: []Element{{217, "exporterTransportPort"}},
			Definition: "Port that the messages came from; NULL if the input does not tell.",
			Null:       func(r *ExporterRow) bool { return r.Port == 0 },
			Int:        func(r *ExporterRow) int64 { return int64(r.Port) },
		}, {
			Name: "version", Kind: Text, Elements: []Element{{214, "exportProtocolVersion"}},
			Definition: "Format of the messages: netflow1, netflow5, netflow6, netflow7, netflow8, netflow9, ipfix or nfcapd.",
			Text:       func(dst []byte, r *ExporterRow) []byte { return appendValid(dst, r.Version) },
		}, {
			Name: "observation_domain", Kind: Uint32, Elements: []Element{{149, "observationDomainId"}},
			Definition: "Observation domain: domain id of IPFIX, source id of NetFlow version 9, engine type * 256 + engine id of versions 5, 6 and 8, else 0; NULL if it is not known.",
			Null:       func(r *ExporterRow) bool { return !r.Domain.Known },
			Int:        func(r *ExporterRow) int64 { return r.Domain.Value },
		},
	}
}

func exporterTimes(o *Options) []Column[ExporterRow] {
	at := func(of func(*ExporterRow) *Instant) func(*ExporterRow) int64 {
		return timestamp(o, func(r *ExporterRow) flow.Timestamp { return of(r).Time })
	}
	first := func(r *ExporterRow) *Instant { return &r.FirstExport }
	last := func(r *ExporterRow) *Instant { return &r.LastExport }
	return []Column[ExporterRow]{
		{
			Name: "first_export", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Least export time of the messages, by the exporter's clock; NULL if it is not known.",
			Null:       func(r *ExporterRow) bool { return !r.FirstExport.Known },
			Int:        at(first),
		}, {
			Name: "last_export", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Greatest export time of the messages, by the exporter's clock; NULL if it is not known.",
			Null:       func(r *ExporterRow) bool { return !r.LastExport.Known },
			Int:        at(last),
		},
	}
}

// exporterMessages declares what the stream held.
func exporterMessages() []Column[ExporterRow] {
	type row = ExporterRow
	return []Column[row]{
		quantity("messages", "messages", "Number of export messages.", func(r *row) *Quantity { return &r.Messages }),
		quantity("bytes", "octets", "Length of the export messages, headers included.", func(r *row) *Quantity { return &r.Octets }),
		quantity("duplicates_dropped", "messages", "Number of messages that were left out because they repeat another.",
			func(r *row) *Quantity { return &r.DuplicatesDropped }),
		quantity("rejected_messages", "messages", "Number of messages that could not be decoded.",
			func(r *row) *Quantity { return &r.RejectedMessages }),
		quantity("records", "records", "Number of data records that tell of flows.", func(r *row) *Quantity { return &r.Records }),
		quantity("option_records", "records", "Number of data records that tell of the exporter itself.",
			func(r *row) *Quantity { return &r.OptionRecords }),
		quantity("rows", "rows", "Number of rows of the flow table, before records are joined; a record of both directions gives two.",
			func(r *row) *Quantity { return &r.Rows }),
		quantity("templates", "records", "Number of template records, repeated ones included.", func(r *row) *Quantity { return &r.Templates }),
		quantity("option_templates", "records", "Number of options template records, repeated ones included.",
			func(r *row) *Quantity { return &r.OptionTemplates }),
		quantity("redefinitions", "records", "Number of template records that change a template.",
			func(r *row) *Quantity { return &r.Redefinitions }),
		quantity("withdrawals", "records", "Number of template withdrawals.", func(r *row) *Quantity { return &r.Withdrawals }),
	}
}

// exporterSequence declares what is missing or wrong.
func exporterSequence() []Column[ExporterRow] {
	type row = ExporterRow
	return []Column[row]{
		{
			Name: "sequence_rule", Kind: Text,
			Definition: "What the sequence numbers count, as found out: records, flow_records (without those of options), flow_records_through (the same, those of the message itself included), messages, messages_without_templates, constant or none; NULL if it is not known.",
			Null:       func(r *row) bool { return r.SequenceRule == "" },
			Text:       func(dst []byte, r *row) []byte { return appendValid(dst, r.SequenceRule) },
		},
		quantity("sequence_gaps", "", "Number of places where the sequence numbers leave something out.", func(r *row) *Quantity { return &r.SequenceGaps }),
		quantity("lost", "", "Number of units of sequence_rule that the sequence numbers leave out.", func(r *row) *Quantity { return &r.Lost }),
		quantity("duplicates", "messages", "Number of messages that repeat another, octet by octet.", func(r *row) *Quantity { return &r.Duplicates }),
		quantity("reordered", "messages", "Number of messages that came behind a later one.", func(r *row) *Quantity { return &r.Reordered }),
		quantity("resets", "", "Number of times that the sequence numbers began anew, or went on neither as sequence_rule has it nor behind a loss.", func(r *row) *Quantity { return &r.Resets }),
		quantity("clock_backwards", "messages", "Number of messages with an export time before that of the message before.", func(r *row) *Quantity { return &r.ClockBackwards }),
		quantity("clock_jumps", "", "Number of times that the exporter's clock jumped.", func(r *row) *Quantity { return &r.ClockJumps }),
		quantity("uptime_wraps", "", "Number of times that the exporter's uptime passed 2^32 milliseconds.", func(r *row) *Quantity { return &r.UptimeWraps }),
		quantity("time_inverted", "records", "Number of records whose end lies before their start.", func(r *row) *Quantity { return &r.TimeInverted }),
		quantity("undecodable_sets", "sets", "Number of sets that could not be decoded, as for want of a template.", func(r *row) *Quantity { return &r.UndecodableSets }),
		quantity("undecodable_bytes", "octets", "Length of these sets, headers included.", func(r *row) *Quantity { return &r.UndecodableOctets }),
		quantity("decoded_late", "records", "Number of records that were decoded with a template that comes later in the input.", func(r *row) *Quantity { return &r.DecodedLate }),
	}
}
