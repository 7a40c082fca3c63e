// Package manifest writes run.json: what a run read, with which settings, what
// it wrote, and whether its books balance. It is a function of the inputs and
// the settings alone: no clock, host, user or path of the output is in it.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Version is the version of the document's schema. It grows by addition only.
const Version = 1

// Manifest is the whole document.
type Manifest struct {
	Schema     Schema            `json:"schema"`
	Tool       Tool              `json:"tool"`
	RunID      string            `json:"run_id"`
	Parameters map[string]string `json:"parameters"` // every effective value, defaults too; only what can change the tables
	Complete   bool              `json:"complete"`   // no input was damaged or left out
	Inputs     []Input           `json:"inputs"`
	Skipped    []Skipped         `json:"skipped,omitempty"`
	References []Reference       `json:"references,omitempty"` // files of reference data
	Totals     Totals            `json:"totals"`
	EndReasons []EndReason       `json:"end_reasons"`
	Laws       []Law             `json:"laws"`
	State      *State            `json:"state,omitempty"` // of runs that hand over to each other
	Outputs    []Output          `json:"outputs"`
}

// Schema names the document.
type Schema struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// Tool names the program.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Input is one input, in the order of ordinals.
type Input struct {
	Name          string      `json:"name"`
	Ordinal       uint32      `json:"ordinal"`
	Format        string      `json:"format,omitempty"`
	Compression   []string    `json:"compression,omitempty"` // outermost first
	Size          int64       `json:"size"`
	SHA256        string      `json:"sha256"`             // empty if it is not known, or the run has others
	XXH3          string      `json:"xxh3_128,omitempty"` // in place of SHA256
	ContentSize   int64       `json:"content_size"`
	ContentSHA256 string      `json:"content_sha256"`
	ContentXXH3   string      `json:"content_xxh3_128,omitempty"`
	Complete      bool        `json:"complete"`
	FirstPacket   uint64      `json:"first_packet"` // number of its first packet as column first_packet counts
	Packets       uint64      `json:"packets"`
	LostPackets   uint64      `json:"lost_packets"`
	FirstTime     string      `json:"first_time,omitempty"` // of the metered packets, RFC 3339
	LastTime      string      `json:"last_time,omitempty"`
	ClockSteps    uint64      `json:"clock_steps"`
	Outcomes      []Outcome   `json:"outcomes"`
	Notes         []Outcome   `json:"notes,omitempty"`
	Octets        Octets      `json:"octets"`
	Sections      uint64      `json:"sections,omitempty"`
	Interfaces    []Interface `json:"interfaces,omitempty"`
	Damages       []Damage    `json:"damages,omitempty"`
	DamageCount   uint64      `json:"damage_count"`
	Messages      uint64      `json:"messages,omitempty"`     // export messages
	FirstRecord   uint64      `json:"first_record,omitempty"` // number of its first exported record as column first_record counts
	Records       uint64      `json:"records,omitempty"`      // data records of exporters, those of options included
	Remarks       []Remark    `json:"remarks,omitempty"`      // on its messages and records
	Streams       []Stream    `json:"streams,omitempty"`      // of exporters

	// FlowFiltered are the flow records that the flow filter left out, of those that
	// begin with a packet of the input or are of its exporters.
	FlowFiltered *Filtered `json:"flow_filtered,omitempty"`
}

// Filtered counts flow records that a filter left out of the tables.
type Filtered struct {
	Flows     uint64 `json:"flows"`
	Packets   Number `json:"packets"`
	Bytes     Number `json:"bytes"`
	WireBytes Number `json:"wire_bytes"`
}

// Remark counts what is odd of messages or records that are accounted all the same.
type Remark struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}

// Outcome counts the packets that went one way, or that have one remark.
type Outcome struct {
	Name        string `json:"name"`
	Detail      string `json:"detail,omitempty"`
	Packets     uint64 `json:"packets"`
	WireBytes   uint64 `json:"wire_bytes"`
	Captured    uint64 `json:"captured_bytes"`
	Bytes       uint64 `json:"bytes"`
	FirstOffset int64  `json:"first_offset"`
	FirstPacket uint64 `json:"first_packet"`
}

// Octets says where the octets of the decompressed input went.
type Octets struct {
	Header   int64 `json:"header"`
	Packets  int64 `json:"packets"`
	Known    int64 `json:"known_blocks"`
	Unknown  int64 `json:"unknown_blocks"`
	Damaged  int64 `json:"damaged"`
	Trailing int64 `json:"trailing"`
	Messages int64 `json:"messages,omitempty"` // of files of export messages
	Blocks   int64 `json:"blocks,omitempty"`   // of nfcapd files
}

// Interface is one capture interface.
type Interface struct {
	Section  int    `json:"section"`
	Name     string `json:"name,omitempty"`
	LinkType uint16 `json:"link_type"`
	Link     string `json:"link"`
	SnapLen  uint32 `json:"snap_len"`
	Packets  uint64 `json:"packets"`
}

// Damage is one damaged place.
type Damage struct {
	Kind   string `json:"kind"`
	Offset int64  `json:"offset"`
	Packet uint64 `json:"packet"`         // number of the packet at or before the place, or of what Unit says
	Unit   string `json:"unit,omitempty"` // message or record; packet if it is not said
	Length int64  `json:"length"`
	Detail string `json:"detail"`
}

// Skipped is an input that was found but not read.
type Skipped struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Totals are sums over the run, as JSON numbers of any size.
type Totals struct {
	PacketsRead      Number `json:"packets_read"`
	PacketsAccounted Number `json:"packets_accounted"` // those of the flow table
	Bytes            Number `json:"bytes"`
	WireBytes        Number `json:"wire_bytes"`
	PayloadBytes     Number `json:"payload_bytes"`
	Flows            uint64 `json:"flows"`
	Intervals        uint64 `json:"intervals"`
	FirstTime        string `json:"first_time,omitempty"`
	LastTime         string `json:"last_time,omitempty"`
	Messages         Number `json:"messages,omitempty"`          // export messages
	RecordsRead      Number `json:"records_read,omitempty"`      // data records of exporters
	RecordsAccounted Number `json:"records_accounted,omitempty"` // those that became rows
	PacketsScaled    Number `json:"packets_scaled,omitempty"`    // sums of the columns of that name, if all rows tell their sampling rate
	BytesScaled      Number `json:"bytes_scaled,omitempty"`
	Differenced      uint64 `json:"differenced,omitempty"`  // records of running totals, less the report before
	Stitched         uint64 `json:"stitched,omitempty"`     // records that were joined to the one before
	Unspread         uint64 `json:"unspread,omitempty"`     // records that touch too many intervals to be spread over them
	Distribution     string `json:"distribution,omitempty"` // how exported flows came into intervals (RFC 7015 section 5)

	FlowFiltered *Filtered `json:"flow_filtered,omitempty"` // what the flow filter left out
}

// EndReason counts the flow records that ended for one reason.
type EndReason struct {
	Name  string `json:"name"`
	Code  uint8  `json:"code"`
	Flows uint64 `json:"flows"`
}

// Law is a conservation law that was checked.
type Law struct {
	ID    string `json:"id"`
	Text  string `json:"law"`
	Holds bool   `json:"holds"`
}

// Output is one file of the output directory.
type Output struct {
	Name    string   `json:"name"`
	Table   string   `json:"table"`
	Rows    uint64   `json:"rows"`
	Size    int64    `json:"size"`
	SHA256  string   `json:"sha256"`
	Columns []Column `json:"columns,omitempty"`
}

// Column is the sum of one column.
type Column struct {
	Name string `json:"name"`
	Sum  Number `json:"sum"`
}

// Number is a decimal number of any size.
type Number string

// MarshalJSON writes the number as it is.
func (n Number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// UnmarshalJSON takes a JSON number over digit by digit.
func (n *Number) UnmarshalJSON(text []byte) error {
	var digits json.Number
	if err := json.Unmarshal(text, &digits); err != nil {
		return err
	}
	*n = Number(digits)
	return nil
}

// Identity is what the content of an input is told by, as the function Identity has it.
func (in *Input) Identity() string { return Identity(in.ContentSHA256, in.ContentXXH3) }

// Identity is what a content with these digests is told by: its XXH3 behind "xxh3 ", or if
// there is none its SHA-256; empty if neither is known.
func Identity(sha256, xxh3 string) string {
	if xxh3 != "" {
		return "xxh3 " + xxh3
	}
	return sha256
}

// RunID gives the identity of a run: the SHA-256 over the tool's version, the
// parameters and the contents of the inputs, whatever their order and names.
func RunID(tool Tool, parameters map[string]string, inputs []Input) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", tool.Name, tool.Version)
	names := make([]string, 0, len(parameters))
	for name := range parameters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(h, "%s=%s\n", name, parameters[name])
	}
	var contents []string
	for _, in := range inputs {
		contents = append(contents, fmt.Sprintf("%s %d\n", in.Identity(), in.ContentSize))
	}
	slices.Sort(contents)
	_, _ = io.WriteString(h, strings.Join(contents, ""))
	return hex.EncodeToString(h.Sum(nil))
}

// Write writes the document, indented, with a line feed at its end.
func (m *Manifest) Write(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}

// ReadRunID gives the run id of a document.
func ReadRunID(r io.Reader) (string, error) {
	var m struct {
		RunID string `json:"run_id"`
	}
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return "", fmt.Errorf("cannot read the manifest: %w", err)
	}
	return m.RunID, nil
}
