package flow

// BatchRecords is how many exported records go from stage to stage at a time.
const BatchRecords = 256

// Batch is a run of exported flow records with all that they refer to. Its
// records are valid until Reset.
type Batch struct {
	Records []Record // each with Export set

	exports  [BatchRecords]Export
	filled   [BatchRecords]Members // what may be other than zero in the record's place, but for Record.Export
	elements []byte
}

// Members is a set of groups of members of a Record and its Export.
type Members uint8

// The groups.
const (
	// MembersUsual are of the record Key, Start, End, Counters, FirstNumber, FirstInput,
	// TCPFlags and Marks, and of its Export Has, InIf, OutIf, InIfName, OutIfName,
	// SourceAS, DestinationAS, SourceMask, DestinationMask, Direction, TimeSource,
	// SamplingSource, Population, Sample and Total.
	MembersUsual Members = 1 << iota

	// MembersNextHop are Export.NextHop and BGPNextHop.
	MembersNextHop

	// MembersMore are of the record MinTTL, MaxTTL, MinOctets, MaxOctets and EndReason,
	// and of its Export ForwardingStatus, NATEvent, FirewallEvent and Flows.
	MembersMore

	membersAll = ^Members(0)
)

// NewBatch gives an empty batch.
func NewBatch() *Batch {
	b := &Batch{Records: make([]Record, BatchRecords)}
	for n := range b.Records {
		b.zero(n)
	}
	b.Reset()
	return b
}

// Full says whether Next has no room left.
func (b *Batch) Full() bool { return len(b.Records) == BatchRecords }

// Next adds a record with all members zero but Export, which points to a zero
// Export of its own. The batch must not be full.
func (b *Batch) Next() *Record {
	n := len(b.Records)
	b.Records = b.Records[:n+1]
	b.zero(n)
	b.filled[n] = membersAll
	return &b.Records[n]
}

// NextFilling is Next for who fills all members of the groups given: these are what a
// record had that was in the place before, and the others are zero. A record has more
// than 500 octets, of which most exporters tell some hundred: it is written there only.
// Who takes records may change those members, as long as it leaves the others as they are.
func (b *Batch) NextFilling(m Members) *Record {
	n := len(b.Records)
	b.Records = b.Records[:n+1]
	if b.filled[n]&^m != 0 {
		b.zero(n)
	}
	b.filled[n] = m
	return &b.Records[n]
}

// zero makes a place as a new batch has it.
func (b *Batch) zero(n int) {
	b.Records[n] = Record{Export: &b.exports[n]}
	b.exports[n] = Export{}
}

// Drop takes the last record back.
func (b *Batch) Drop() { b.Records = b.Records[:len(b.Records)-1] }

// Keep copies octets for Export.Elements into the batch.
func (b *Batch) Keep(octets []byte) []byte {
	at := len(b.elements)
	b.elements = append(b.elements, octets...)
	return b.elements[at:len(b.elements):len(b.elements)]
}

// Reset forgets all records.
func (b *Batch) Reset() {
	b.Records = b.Records[:0]
	b.elements = b.elements[:0]
}
