package parquetfile

// levels are the definition levels of the page being filled. Most pages are all values
// or all NULLs, whose levels are one run: they are kept from the first slice of rows on
// that makes a page have both.
type levels struct {
	rows, nulls int      // of the page
	each        []uint32 // 1 for a value, 0 for NULL; empty until there are both
	encoded     []byte   // those of a page that has all its rows; empty before
}

// level gives the definition level of a cell.
func level(null bool) uint32 {
	if null {
		return 0
	}
	return 1
}

// add takes rows of which so many are NULL.
func (l *levels) add(null []bool, nulls int) {
	if nulls == 0 || nulls == len(null) {
		l.addSame(len(null), nulls > 0)
		return
	}
	l.spread()
	for _, n := range null {
		l.each = append(l.each, level(n))
	}
	l.rows += len(null)
	l.nulls += nulls
}

// addSame takes rows of which all are NULL, or none is.
func (l *levels) addSame(rows int, null bool) {
	nulls := 0
	if null {
		nulls = rows
	}
	if before := l.nulls > 0; len(l.each) > 0 || l.rows > 0 && before != null {
		l.spread()
		for range rows {
			l.each = append(l.each, level(null))
		}
	}
	l.rows += rows
	l.nulls += nulls
}

// spread has the level of each row so far stand by itself.
func (l *levels) spread() {
	if len(l.each) > 0 {
		return
	}
	before := level(l.nulls > 0) // of all rows, if there are any
	for range l.rows {
		l.each = append(l.each, before)
	}
}

// complete says that the page has all its rows. Their levels are encoded once for all
// columns that have them.
func (l *levels) complete() {
	if len(l.each) > 0 {
		l.encoded = appendHybrid(l.encoded[:0], l.each, 1)
	}
}

// appendTo appends the levels of rows, of which there are values and NULLs, from first on.
func (l *levels) appendTo(dst []byte, first, rows int) []byte {
	if len(l.encoded) > 0 && rows == l.rows {
		return append(dst, l.encoded...)
	}
	return appendHybrid(dst, l.each[first:first+rows], 1)
}

// reset begins the next page.
func (l *levels) reset() { l.rows, l.nulls, l.each, l.encoded = 0, 0, l.each[:0], l.encoded[:0] }
