// Package recordfilter is the language of --flow-filter (docs/filters.md): which
// flow records the tables are to have. A filter speaks of the columns of the flow
// table by their names, as the WHERE clause of SQL does, and selects the rows that
// the same clause would select of the table of all records.
//
// Its logic has two values: a comparison with NULL is false, and what "not" makes
// of that is true. So each record is selected by a filter or by its negation, and
// the two sum to the whole.
package recordfilter
