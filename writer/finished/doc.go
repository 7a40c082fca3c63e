// Package finished reads the tables of finished run directories, Parquet and CSV alike,
// row by row. A directory is believed as far as its files have the digests that are
// in its SHA256SUMS and run.json.
package finished
