// Package table declares the output tables: which columns they have, in which
// order, of which type, what they mean and how a row's cell is found. The
// Parquet writer, the CSV writer, the schema command and docs/schema.md are all
// made from these declarations, so that they cannot disagree.
//
// Two rules hold in every table. What is not known is NULL, never 0. A value is
// the same in every output format: the declarations give an int64 or a text,
// and the formats add only their notation.
package table

// SchemaVersion is the version of the tables. It grows when a column is added;
// columns are never removed, renamed or redefined under a version. Version 2 added
// what exporters tell of flows, and the table of the exporters.
const SchemaVersion = "2"

// The names of the tables, which are their file names without extension.
const (
	FlowTable     = "flows"
	IntervalTable = "intervals"
	LedgerTable   = "ledger"
	ExporterTable = "exporters"
)
