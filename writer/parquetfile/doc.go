// Package parquetfile writes a table as a Parquet file.
//
// Schema, column metadata, statistics, key-value metadata and the footer are
// those of Apache Arrow (parquet/schema and parquet/metadata). The pages are
// encoded here: Arrow's column writers take two microseconds and more for a row
// of thirty columns, and write no checksums, and when a dictionary of theirs
// overflows, the metadata differ from run to run. Four encodings are enough:
// RLE_DICTIONARY for what repeats, DELTA_BINARY_PACKED for what stays near the
// value before, DELTA_BYTE_ARRAY for texts that hardly repeat, PLAIN for the
// rest. A dictionary here does not overflow: it has at most as many entries as a
// row group has rows.
//
// The octets of a file are a function of the declared columns and the rows
// alone. They do not depend on how the rows were batched, on the number of
// processors, or on the build. (They may change with the version of the zstd
// library.) Every page carries a CRC-32.
//
// Reference: github.com/apache/parquet-format, version 2.10.0.
package parquetfile
