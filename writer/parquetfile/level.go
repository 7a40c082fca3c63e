package parquetfile

// addNulls takes rows into the page being filled that are NULL, of a column in
// which all are.
func (p *pages) addNulls(rows int) {
	p.rows += rows
	p.pageNulls += rows
}

// addLevel takes a row into the page being filled. Most pages are all values or
// all NULLs, whose levels are one run: they are kept from the first row on that
// differs from those before it.
func (p *pages) addLevel(null bool) {
	if len(p.levels) == 0 {
		before := level(p.pageNulls > 0) // of all rows of the page, if there are any
		if p.rows > 0 && before != level(null) {
			for range p.rows {
				p.levels = append(p.levels, before)
			}
		}
	}
	if len(p.levels) > 0 {
		p.levels = append(p.levels, level(null))
	}
	p.rows++
	if null {
		p.pageNulls++
	}
}

// level gives the definition level of a cell.
func level(null bool) uint32 {
	if null {
		return 0
	}
	return 1
}

// gather takes rows into the page being filled, and appends the cells that are
// not NULL to dst.
func gather[R, T any](p *pages, dst []T, rows []R, null func(*R) bool, cell func(*R) T) []T {
	if null == nil {
		p.rows += len(rows)
		for i := range rows {
			dst = append(dst, cell(&rows[i]))
		}
		return dst
	}
	n := 0
	if p.pageNulls == 0 { // as far as there are values only
		for n < len(rows) && !null(&rows[n]) {
			dst = append(dst, cell(&rows[n]))
			n++
		}
		p.rows += n
	}
	if p.pageNulls == p.rows { // as far as there are NULLs only
		for n < len(rows) && null(&rows[n]) {
			n++
		}
		p.addNulls(n)
	}
	for i := n; i < len(rows); i++ {
		isNull := null(&rows[i])
		p.addLevel(isNull)
		if !isNull {
			dst = append(dst, cell(&rows[i]))
		}
	}
	return dst
}
