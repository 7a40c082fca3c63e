package manifest

// Reference is a file of reference data. Its content is a parameter of the run.
type Reference struct {
	Use           string  `json:"use"` // the option that names it
	Name          string  `json:"name"`
	Format        string  `json:"format"`
	Size          int64   `json:"size"`
	SHA256        string  `json:"sha256"`
	ContentSize   int64   `json:"content_size"`
	ContentSHA256 string  `json:"content_sha256"`
	Entries       uint64  `json:"entries"`
	LeftOut       uint64  `json:"left_out,omitempty"` // entries that say nothing of use
	FaultCount    uint64  `json:"fault_count"`
	Faults        []Fault `json:"faults,omitempty"`
}

// Fault is a line or record of a file of reference data that could not be used.
type Fault struct {
	Line   int64  `json:"line,omitempty"`   // of texts, from 1
	Offset int64  `json:"offset,omitempty"` // of binary formats, in octets from 0
	Detail string `json:"detail"`
}
