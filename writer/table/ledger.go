package table

// LedgerKind says what a row of the ledger accounts for.
type LedgerKind uint8

// The kinds of ledger rows.
const (
	LedgerPacket  LedgerKind = iota // packets with that outcome; the outcomes of an input add up to its packets
	LedgerNote                      // remarks on packets that are counted under an outcome as well
	LedgerOctets                    // octets of the input; the outcomes of an input add up to its size
	LedgerDamage                    // damaged places of the input
	LedgerInput                     // a file that was found but not read
	LedgerMessage                   // export messages with that outcome; the outcomes of an input add up to its messages
	LedgerRecord                    // data records of exporters with that outcome; the outcomes of an input add up to its data records
	LedgerSet                       // sets of export messages that could not be decoded
	LedgerFlow                      // flow records that are not in the tables, under the input of their first packet or record
)

// String gives the name of the kind as the table has it.
func (k LedgerKind) String() string {
	switch k {
	case LedgerPacket:
		return "packet"
	case LedgerNote:
		return "note"
	case LedgerOctets:
		return "octets"
	case LedgerDamage:
		return "damage"
	case LedgerInput:
		return "input"
	case LedgerMessage:
		return "message"
	case LedgerRecord:
		return "record"
	case LedgerSet:
		return "set"
	case LedgerFlow:
		return "flow"
	}
	return "unknown"
}

// LedgerRow is one row of the ledger: what of an input came to which outcome.
type LedgerRow struct {
	Input   string     // the input's name as it was given
	Kind    LedgerKind // what the row accounts for
	Outcome string     // stable name: a flow.Reason, a note, a damage.Kind, ...
	Detail  string     // which one of them, as the EtherType of not_ip; empty if there is nothing to tell apart

	Packets       Quantity // number of packets
	WireBytes     Quantity // original length of their frames, in octets
	CapturedBytes Quantity // captured length of their frames, in octets
	Bytes         Quantity // length of their IP packets, in octets
	Octets        Quantity // octets of the input, of its messages or of their sets
	FirstOffset   Quantity // where the first one begins, in octets of the decompressed input
	FirstPacket   Quantity // number of the first one in its input, from 1
	Messages      Quantity // number of export messages
	Records       Quantity // number of data records of exporters, or of flow records
	Sets          Quantity // number of sets of export messages
	FirstMessage  Quantity // number of the first message in its input, from 1
}

// Ledger declares the ledger: where every packet, octet, export message and record
// of the input went.
func Ledger() []Column[LedgerRow] {
	return []Column[LedgerRow]{
		{
			Name: "input", Kind: Text, Pattern: Varied,
			Definition: "Name of the input as it was given.",
			Text:       func(dst []byte, r *LedgerRow) []byte { return appendValid(dst, r.Input) },
		}, {
			Name: "kind", Kind: Text,
			Definition: "What the row accounts for: packet (each packet is in exactly one such row), note (remarks on packets), octets (each octet of the file is in exactly one such row), damage, input (a file that was found but not read), message (each export message is in exactly one such row), record (each data record of an exporter is in exactly one such row), set (sets of messages that could not be decoded), or flow (flow records that --flow-filter left out of the tables, under the input of their first packet or exported record; their packets are accounted above).",
			Symbol:     func(r *LedgerRow) Symbol { return Symbol{Low: uint64(r.Kind)} },
			Spell:      func(dst []byte, s Symbol) []byte { return append(dst, LedgerKind(s.Low).String()...) },
		}, {
			Name: "outcome", Kind: Text, Pattern: Varied,
			Definition: "Where the packets, octets, messages, records, sets or flows went, or what was remarked, by its stable name.",
			Text:       func(dst []byte, r *LedgerRow) []byte { return appendValid(dst, r.Outcome) },
		}, {
			Name: "detail", Kind: Text, Pattern: Varied,
			Definition: "Which one, where an outcome has several, as the EtherType of not_ip; else NULL.",
			Null:       func(r *LedgerRow) bool { return r.Detail == "" },
			Text:       func(dst []byte, r *LedgerRow) []byte { return appendValid(dst, r.Detail) },
		},
		quantity("packets", "packets", "Number of packets.",
			func(r *LedgerRow) *Quantity { return &r.Packets }),
		quantity("wire_bytes", "octets", "Original length of the packets' frames on the link, without frame check sequence.",
			func(r *LedgerRow) *Quantity { return &r.WireBytes }),
		quantity("captured_bytes", "octets", "Captured length of the packets' frames.",
			func(r *LedgerRow) *Quantity { return &r.CapturedBytes }),
		quantity("bytes", "octets", "Length of the IP packets, headers included.",
			func(r *LedgerRow) *Quantity { return &r.Bytes }),
		quantity("octets", "octets", "Octets of the input, of its export messages, or of their sets.",
			func(r *LedgerRow) *Quantity { return &r.Octets }),
		quantity("first_offset", "octets", "Where the first one begins, counted from 0 in the decompressed input.",
			func(r *LedgerRow) *Quantity { return &r.FirstOffset }),
		quantity("first_packet", "", "Number of the first packet in its input, counted from 1.",
			func(r *LedgerRow) *Quantity { return &r.FirstPacket }),
		quantity("messages", "messages", "Number of export messages.",
			func(r *LedgerRow) *Quantity { return &r.Messages }),
		quantity("records", "records", "Number of data records of exporters, those of options included, or of flow records.",
			func(r *LedgerRow) *Quantity { return &r.Records }),
		quantity("sets", "sets", "Number of sets of export messages.",
			func(r *LedgerRow) *Quantity { return &r.Sets }),
		quantity("first_message", "", "Number of the first export message in its input, counted from 1.",
			func(r *LedgerRow) *Quantity { return &r.FirstMessage }),
	}
}
