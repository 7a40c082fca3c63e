package parquetfile

const (
	sampleEntries = 1 << 11           // how many entries tell how the dictionaries of a column become shortest
	fewestEntries = 2 * sampleEntries // from which on it pays to look
)

// entriesWay is a way in which entries of dictionaries, all of the same length, are written without a search for repetitions:
// as entries that are alike, or by Huffman codes alone.
type entriesWay struct {
	equal equalEntries // if they are alike
	alike bool
}

// covers tells whether what is known of a way holds of another one: of numbers that have no more of their own.
func (w *entriesWay) covers(other entriesWay) bool {
	return w != nil && w.alike == other.alike && w.equal.between() >= other.equal.between()
}

// compressDictionary is compress for dictionary pages. Entries that are alike can be written without a search for
// repetitions, and so can other numbers, of which some octets come more often than others; the first entries tell whether that
// is no longer. As dictionaries of a column are much alike, they are not asked again behind some for which it was not.
func (p *pages) compressDictionary(dst, page []byte, entries int) []byte {
	if p.compressor == nil || entries < fewestEntries {
		return p.compress(dst, page)
	}
	var way entriesWay
	way.equal, way.alike = alike(page, entries, p.ofTexts)
	if !way.alike && p.ofTexts {
		return p.compress(dst, page)
	}
	if p.literals == nil {
		p.literals = new(literals)
	}
	before, sample := len(dst), page[:len(page)/entries*sampleEntries]
	if !p.short.covers(way) {
		dst = p.compress(dst, sample)
		searched := len(dst)
		if dst = p.literals.appendEntries(dst[:before], sample, way); len(dst) > searched {
			p.short = nil
			return p.compress(dst[:before], page)
		}
		p.short = new(way)
	}
	return p.literals.appendEntries(dst[:before], page, way)
}

// appendEntries appends a page of entries of the same length as a frame.
func (l *literals) appendEntries(dst, page []byte, way entriesWay) []byte {
	if way.alike {
		return l.appendEqualEntries(dst, page, way.equal)
	}
	return l.appendFrame(dst, nil, page)
}
