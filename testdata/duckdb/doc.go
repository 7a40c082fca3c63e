// Package duckdb checks every table that the netstream program writes with
// readers that netstream does not use: DuckDB, and the parquet-go/parquet-go
// library. It is a module of its own, so that netstream stays free of cgo:
//
//	cd testdata/duckdb && go test ./...
//
// The tests build the program of the module around them and run it; nothing of
// its packages is imported.
package duckdb
