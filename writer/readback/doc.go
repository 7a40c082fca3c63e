// Package readback reads finished Parquet tables with an implementation that did
// not write them, so that a run can compare what is in its files with what it
// counted, and tests can compare cells.
//
// Footers, page headers, texts and single cells are read by
// github.com/xitongsys/parquet-go. So are the first values of each column of
// numbers that is summarised; all values of these are decoded here, by code that
// shares nothing with the writer, and both must agree.
//
// parquet-go hides some errors: a page that it cannot decode ends a column early,
// or comes out as NULLs. So every column that is read is compared with the footer:
// number of values, of NULLs, and least and greatest value; and the pages of
// numbers with their checksums, which parquet-go does not look at.
package readback
