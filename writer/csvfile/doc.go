// Package csvfile writes a table as CSV: RFC 4180 with LF as line end, a header
// with the column names, UTF-8 without byte order mark.
//
//   - NULL is an empty cell; an empty text is "" (two quotation marks).
//   - Numbers are decimal, with a minus sign if negative.
//   - Time stamps are RFC 3339 in UTC with Z and always six digits of a second,
//     nine in columns of nanoseconds.
//   - Text cells are quoted only if they hold a comma or a quotation mark, and
//     some are escaped; see [AppendText].
//
// No cell holds a line break, so that a row is a line.
package csvfile
