// Package parquetfile writes a table as a Parquet file.
//
// Schema, column metadata, statistics, key-value metadata and the footer are
// those of Apache Arrow (parquet/schema and parquet/metadata). The pages are
// encoded here, because Arrow's column writers cost about a microsecond per row
// and thirty columns, go from dictionary to plain pages in the middle of a
// column, whereupon their metadata differ from run to run, and write no
// checksums. Three encodings are enough: dictionary (RLE_DICTIONARY) for what
// repeats, DELTA_BINARY_PACKED for what ascends, PLAIN for the rest. A
// dictionary here never overflows: it is bounded by the rows of a row group.
//
// The octets of a file are a function of the declared columns and the rows
// alone. They do not depend on how the rows were batched, on the number of
// processors, or on the build. (They may change with the version of the zstd
// library.) Every page carries a CRC-32.
//
// Reference: github.com/apache/parquet-format, version 2.10.0.
package parquetfile
