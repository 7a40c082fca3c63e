package flow

// BatchRecords is how many exported records go from stage to stage at a time.
const BatchRecords = 256

// Batch is a run of exported flow records with all that they refer to. Its
// records are valid until Reset.
type Batch struct {
	Records []Record // each with Export set

	exports  [BatchRecords]Export
	elements []byte
}

// NewBatch gives an empty batch.
func NewBatch() *Batch {
	return &Batch{Records: make([]Record, 0, BatchRecords)}
}

// Full says whether Next has no room left.
func (b *Batch) Full() bool { return len(b.Records) == BatchRecords }

// Next adds a record with all members zero but Export, which points to a zero
// Export of its own. The batch must not be full.
func (b *Batch) Next() *Record {
	n := len(b.Records)
	b.Records = b.Records[:n+1]
	r := &b.Records[n]
	*r = Record{Export: &b.exports[n]}
	b.exports[n] = Export{}
	return r
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
