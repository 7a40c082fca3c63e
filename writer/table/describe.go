package table

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"netstream/aggregate/flow"
)

// Keys of the key-value metadata that a table file carries.
const (
	MetadataTable   = "netstream.table"          // name of the table
	MetadataVersion = "netstream.schema_version" // SchemaVersion
	MetadataSchema  = "netstream.schema"         // Description of each column, as a JSON array
)

// Description is what a reader of a column has to know.
type Description struct {
	Name       string           `json:"name"`
	Type       string           `json:"type"`
	Nullable   bool             `json:"nullable"`
	Elements   []ElementMention `json:"ipfix,omitempty"`
	Unit       string           `json:"unit,omitempty"`
	Definition string           `json:"definition"`
}

// ElementMention is an IPFIX element in a Description.
type ElementMention struct {
	Number uint16 `json:"element"`
	Name   string `json:"name"`
}

// Describe gives the descriptions of columns, in their order.
func Describe[R any](columns []Column[R]) []Description {
	descriptions := make([]Description, len(columns))
	for i := range columns {
		c := &columns[i]
		d := &descriptions[i]
		*d = Description{Name: c.Name, Type: c.Kind.String(), Nullable: c.Nullable(), Unit: c.Unit, Definition: c.Definition}
		for _, e := range c.Elements {
			d.Elements = append(d.Elements, ElementMention(e))
		}
	}
	return descriptions
}

// Pair is a key with its value.
type Pair struct{ Key, Value string }

// Metadata gives the key-value metadata of a table, in a fixed order.
func Metadata[R any](name string, columns []Column[R]) ([]Pair, error) {
	schema, err := json.Marshal(Describe(columns))
	if err != nil {
		return nil, fmt.Errorf("cannot describe table %s: %w", name, err)
	}
	return []Pair{
		{MetadataTable, name},
		{MetadataVersion, SchemaVersion},
		{MetadataSchema, string(schema)},
	}, nil
}

// Section is one table with its columns, as the schema shows it.
type Section struct {
	Name    string
	About   string // one sentence
	Columns []Description
}

// Schema gives all tables under the options, in a fixed order.
func Schema(o Options) []Section {
	return []Section{
		{FlowTable, "One row a flow record; ordered by flow_start, flow_end and flow key.", Describe(Flows(o))},
		{IntervalTable, "One row a flow key and interval; ordered by interval_start and flow key.", Describe(Intervals(o))},
		{LedgerTable, "What was read, and where every packet, octet, export message and record of it went.", Describe(Ledger())},
		{ExporterTable, "One row an input and stream of export messages; there is none if no input holds exports.", Describe(Exporters(o))},
		schemeSection(o),
	}
}

// Markdown writes the schema of all tables, with all optional columns, as the
// text of docs/schema.md.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(markdownHead)
	for _, section := range Schema(Options{WithMAC: true, FileOf: func(uint32) string { return "" }}) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", section.Name, section.About)
		writeColumns(&b, section.Columns)
	}
	b.WriteString(markdownFlexible)
	writeColumns(&b, Describe(flexibleColumns[flow.Record](&Options{Key: ^flow.KeyFields(0)}, nil, nil)))
	b.WriteString("\n## Columns of biflows in the flow table\n\nWith `--biflow` (docs/biflows.md) they stand behind `mpls_label`.\n\n")
	writeColumns(&b, Describe(append(flowReverse(&Options{}), flowConnection()...)))
	b.WriteString("\n## Columns of biflows in the interval table\n\nWith `--biflow` they stand behind the scaled volumes.\n\n")
	writeColumns(&b, Describe(intervalReverse()))
	b.WriteString("\n## Statistics in the flow table\n\nWith `--features` (docs/features.md) they stand behind those of biflows; `rev_*` with `--biflow`.\n\n")
	writeColumns(&b, Describe(flowStatistics(&Options{Moments: true, Early: true, Biflows: true})))
	b.WriteString(markdownReference)
	all := Reference{ASNames: true, Countries: true, Services: true, Classes: true, Labels: []string{"NAME"}}
	writeColumns(&b, Describe(append(routeColumns(flowAttributes), referenceColumns(&all, flowAttributes)...)))
	b.WriteString("\n## Results of commands on finished runs\n\nAs CSV and Parquet (docs/bills.md); `netstream schema` prints these, too.\n")
	for _, section := range ResultSections(Options{}) {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", section.Name, section.About)
		writeColumns(&b, section.Columns)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("cannot write schema: %w", err)
	}
	return nil
}

// writeColumns writes a table of columns.
func writeColumns(b *strings.Builder, columns []Description) {
	b.WriteString("| column | type | NULL | IPFIX element | unit | definition |\n|---|---|---|---|---|---|\n")
	for _, c := range columns {
		null := ""
		if c.Nullable {
			null = "yes"
		}
		var elements []string
		for _, e := range c.Elements {
			elements = append(elements, fmt.Sprintf("%s (%d)", e.Name, e.Number))
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %s |\n",
			c.Name, c.Type, null, strings.Join(elements, ", "), c.Unit, c.Definition)
	}
}

const markdownFlexible = "\n## Columns of flexible keys\n\n" +
	"Fields that `--key` takes into the flow key and the 7-tuple does not have are columns of flows and intervals, with\n" +
	"these definitions. They are behind the columns of the table, or in the place of the column that has their name.\n" +
	"Key columns of the 7-tuple that are not in the key are NULL.\n\n"

const markdownReference = "\n## Columns of reference data\n\n" +
	"Columns of flows and intervals with `--as`, `--as-names`, `--geo`, `--services`, `--dscp-classes` and `--prefixes`\n" +
	"(docs/enrichment.md). They are behind all others but those of information elements on request, or in the place of the\n" +
	"column that has their name. NAME stands for a column of a file of `--prefixes`. With `--interfaces`, `in_if_name` and\n" +
	"`out_if_name` have the names there where neither the exporter nor, for captures, `--interface` gives one.\n\n"

const markdownHead = "# Tables and columns\n\n" +
	"Schema version " + SchemaVersion + ". This page is made from the declarations in `writer/table`, which the writers use too;\n" +
	"`go test ./writer/table -update` writes it anew.\n\n" +
	"- What is not known is NULL, never 0.\n" +
	"- Time stamps are UTC. With `--time-unit ns` the type of all of them is timestamp[ns], the Parquet type is without\n" +
	"  zone, because many readers cut zoned nanoseconds, and the IPFIX elements are those of nanoseconds.\n" +
	"- The columns do not depend on the input: flows that netstream has metered from packets and flows that exporters have\n" +
	"  metered are in the same tables. Only on request there are `src_mac` and `dst_mac`, `first_file` and\n" +
	"  `first_file_packet`, and at the end of the flow table one text column for each information element that was asked for,\n" +
	"  named `e`, its enterprise number (0 for those of IANA), `_` and its own number, as `e0_344`.\n" +
	"- float64 is IEEE 754 binary64; in CSV the shortest decimal number that gives it back.\n" +
	"- Text is UTF-8. In names that were not, each octet that did not fit is U+FFFD and two hexadecimal digits, and so is\n" +
	"  each of the three octets of a U+FFFD that was there before.\n" +
	"- Parquet files carry this table in their key-value metadata: `" + MetadataTable + "`, `" + MetadataVersion + "` and, as\n" +
	"  JSON, `" + MetadataSchema + "`.\n" +
	"- CSV is RFC 4180 with LF and a header; NULL is an empty cell, an empty text is `\"\"`. Times are RFC 3339 with six digits\n" +
	"  of a second (nine with `--time-unit ns`) and `Z`. Text cells that a spreadsheet could take for a formula (first\n" +
	"  character behind any blanks one of `= + - @` or its full-width form), that hold characters without a glyph (control\n" +
	"  characters, line breaks, bidirectional marks), or that begin with an apostrophe, begin with an apostrophe that is not\n" +
	"  part of the text. Only in such cells is a backslash written as `\\\\` and each octet of a character without a glyph as\n" +
	"  `\\x` and two hexadecimal digits. So every cell is one line, and every text can be had back.\n"
