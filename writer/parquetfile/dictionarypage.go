package parquetfile

const (
	sampleEntries = 1 << 11           // how many entries tell how all of a column's dictionaries become shortest
	fewestEntries = 2 * sampleEntries // from which on it pays to look
)

// compressDictionary is compress for dictionary pages. Entries that are alike can be written without a search for
// repetitions, and so can other numbers, of which some octets come more often than others; the first entries tell whether they
// are shorter so.
func (p *pages) compressDictionary(dst, page []byte, entries int) []byte {
	if p.compressor == nil || entries < fewestEntries {
		return p.compress(dst, page)
	}
	equal, ok := alike(page, entries, p.texts)
	if !ok && p.texts {
		return p.compress(dst, page)
	}
	if p.literals == nil {
		p.literals = new(literals)
	}
	before, sample := len(dst), page[:len(page)/entries*sampleEntries]
	if !p.byEntries {
		dst = p.compress(dst, sample)
		searched := len(dst)
		dst = p.appendEntries(dst[:before], sample, equal, ok)
		if p.byEntries = len(dst) <= searched; !p.byEntries {
			return p.compress(dst[:before], page)
		}
	}
	return p.appendEntries(dst[:before], page, equal, ok)
}

// appendEntries appends a page of entries of the same length, which may be alike.
func (p *pages) appendEntries(dst, page []byte, equal equalEntries, areAlike bool) []byte {
	if areAlike {
		return p.literals.appendEqualEntries(dst, page, equal)
	}
	return p.literals.appendFrame(dst, nil, page)
}
