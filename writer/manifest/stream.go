package manifest

// Stream is what an input holds of one exporter, source port, version and
// observation domain: a row of the table of exporters. Numbers that are not known
// are left out.
type Stream struct {
	Exporter string `json:"exporter,omitempty"` // address; empty if the input does not tell
	Port     uint16 `json:"port,omitempty"`     // source port; 0 if the input does not tell
	Version  string `json:"version"`            // netflow1, netflow5, ..., netflow9, ipfix or nfcapd
	Domain   uint32 `json:"observation_domain"`

	FirstExport string `json:"first_export,omitempty"` // RFC 3339, by the exporter's clock
	LastExport  string `json:"last_export,omitempty"`

	Messages          uint64 `json:"messages"`
	Bytes             uint64 `json:"bytes"` // of the messages, in octets
	DuplicatesDropped uint64 `json:"duplicates_dropped,omitempty"`
	RejectedMessages  uint64 `json:"rejected_messages,omitempty"`

	Records       uint64 `json:"records"` // data records of flows
	OptionRecords uint64 `json:"option_records,omitempty"`
	Rows          uint64 `json:"rows"` // of the flow table

	Templates       uint64 `json:"templates,omitempty"` // template records, repeated ones included
	OptionTemplates uint64 `json:"option_templates,omitempty"`
	Redefinitions   uint64 `json:"redefinitions,omitempty"`
	Withdrawals     uint64 `json:"withdrawals,omitempty"`

	SequenceRule string       `json:"sequence_rule,omitempty"` // what the sequence numbers count, as found out
	SequenceGaps uint64       `json:"sequence_gaps,omitempty"`
	Lost         uint64       `json:"lost,omitempty"` // units of the rule
	Duplicates   uint64       `json:"duplicates,omitempty"`
	Reordered    uint64       `json:"reordered,omitempty"`
	Resets       uint64       `json:"resets,omitempty"`
	Hypotheses   []Hypothesis `json:"sequence_hypotheses,omitempty"` // all rules that were tried

	ClockBackwards uint64 `json:"clock_backwards,omitempty"`
	ClockJumps     uint64 `json:"clock_jumps,omitempty"`
	UptimeWraps    uint64 `json:"uptime_wraps,omitempty"`
	TimeInverted   uint64 `json:"time_inverted,omitempty"` // records that end before they start

	UndecodableSets  uint64 `json:"undecodable_sets,omitempty"`
	UndecodableBytes uint64 `json:"undecodable_bytes,omitempty"`
	DecodedLate      uint64 `json:"decoded_late,omitempty"` // records decoded with a template that came later
}

// Hypothesis is a rule by which sequence numbers may count, and what would be
// missing if they did.
type Hypothesis struct {
	Rule string `json:"rule"`
	Gaps uint64 `json:"gaps"`
	Lost uint64 `json:"lost"` // units of the rule
}
