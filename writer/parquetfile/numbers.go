package parquetfile

// numbers are the dictionary numbers of a page. Many columns have the same value in all
// rows of a page, or for long: as long as the number before comes again it is only
// counted.
type numbers struct {
	all  []uint32
	last uint32 // the number before; valid if there is any in the row group
	run  int    // how often it comes behind all
}

// repeat takes the number before so many times more if the cells are equal to the one
// before, and gives whether they are.
func (n *numbers) repeat(equal bool, cells int) bool {
	if equal {
		n.run += cells
	}
	return equal
}

// allEqual tells whether all cells are equal to the one before.
func allEqual[T comparable](cells []T, before T) bool {
	for len(cells) >= 4 {
		if cells[0] != before || cells[1] != before || cells[2] != before || cells[3] != before {
			return false
		}
		cells = cells[4:]
	}
	for i := range cells {
		if cells[i] != before {
			return false
		}
	}
	return true
}

// spread gives all numbers of the page, for others to be appended and handed to set.
func (n *numbers) spread() []uint32 {
	for range n.run {
		n.all = append(n.all, n.last)
	}
	n.run = 0
	return n.all
}

// set takes the numbers of the page, which must be some.
func (n *numbers) set(all []uint32) { n.all, n.last = all, all[len(all)-1] }

// appendTo ends the page: it appends its numbers in the RLE/bit-packed hybrid encoding.
func (n *numbers) appendTo(dst []byte, width int) []byte {
	if len(n.all) == 0 && n.run >= shortestRun {
		dst = appendRun(dst, n.last, n.run, width)
	} else {
		dst = appendHybrid(dst, n.spread(), width)
	}
	n.reset()
	return dst
}

// reset begins a page.
func (n *numbers) reset() { n.all, n.run = n.all[:0], 0 }
