// Package readback reads finished Parquet tables with an implementation that did
// not write them (github.com/xitongsys/parquet-go), so that a run can compare
// what is in its files with what it counted, and tests can compare cells.
//
// That reader hides some errors: a page that it cannot decode ends a column
// early, or comes out as NULLs. So every column that is read is compared with
// the footer: number of values, of NULLs, and least and greatest value.
package readback
