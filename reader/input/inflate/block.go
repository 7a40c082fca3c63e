package inflate

// header reads the header of a block (section 3.2.3).
func (r *Reader) header() error {
	if r.last {
		r.state = atEnd
		return nil
	}
	if err := r.need(3); err != nil {
		return err
	}
	r.last = r.take(1) == 1
	switch r.take(2) {
	case 0:
		r.state = inStored
		return r.storedHeader()
	case 1:
		r.state = inCodes
		r.fixedCodes()
		return nil
	case 2:
		r.state = inCodes
		return r.dynamicCodes()
	}
	return ErrBlockType
}

// storedHeader reads the length of a stored block, which begins with the next octet (section 3.2.4).
func (r *Reader) storedHeader() error {
	r.take(r.count % 8)
	if err := r.need(32); err != nil {
		return err
	}
	length, complement := r.take(16), r.take(16)
	if length^complement != 0xFFFF {
		return ErrStored
	}
	r.left = length
	return nil
}

// stored takes octets of a stored block.
func (r *Reader) stored() error {
	if r.left == 0 {
		r.state = atBlock
		return nil
	}
	if r.at == len(r.in) {
		if err := r.fill(); err != nil {
			return err
		}
	}
	n := copy(r.out[r.reached:r.filled], r.in[r.at:min(len(r.in), r.at+r.left)])
	r.at, r.reached, r.left = r.at+n, r.reached+n, r.left-n
	return nil
}

// fixedCodes makes the tables of section 3.2.6.
func (r *Reader) fixedCodes() {
	if r.fixed {
		return
	}
	r.fixed = true
	for symbol := range r.lengths {
		switch {
		case symbol >= 288:
			r.lengths[symbol] = 5
		case symbol < 144, symbol >= 280:
			r.lengths[symbol] = 8
		case symbol < 256:
			r.lengths[symbol] = 9
		default:
			r.lengths[symbol] = 7
		}
	}
	build(r.literals[:], literalBits, r.lengths[:288], literalEntry)
	build(r.distances[:], distanceBits, r.lengths[288:], distanceEntry)
}

// codeLengthOrder is how the lengths of the codes of code lengths follow each other, section 3.2.7.
var codeLengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamicCodes reads the code lengths of a block and makes its tables (section 3.2.7).
func (r *Reader) dynamicCodes() error {
	r.fixed = false
	if err := r.need(14); err != nil {
		return err
	}
	literals, distances, codes := r.take(5)+257, r.take(5)+1, r.take(4)+4
	if literals > 286 || distances > 30 {
		return ErrCodes
	}
	var lengths [len(codeLengthOrder)]uint8
	for _, symbol := range codeLengthOrder[:codes] {
		if err := r.need(3); err != nil {
			return err
		}
		lengths[symbol] = uint8(r.take(3))
	}
	var table codeLengthTable
	if !build(table[:], codeLengthBits, lengths[:], codeLengthEntry) {
		return ErrCodes
	}
	if err := r.codeLengths(&table, literals+distances); err != nil {
		return err
	}
	if !build(r.literals[:], literalBits, r.lengths[:literals], literalEntry) ||
		!build(r.distances[:], distanceBits, r.lengths[literals:literals+distances], distanceEntry) {
		return ErrCodes
	}
	return nil
}

// codeLengths reads the lengths of all codes of a block, in which those of literals go over into those of distances.
func (r *Reader) codeLengths(table *codeLengthTable, all int) error {
	for i := 0; i < all; {
		entry, err := r.symbol(table[:], codeLengthBits)
		if err != nil {
			return err
		}
		length := uint8(entry >> valueShift)
		if length <= longestCode {
			r.lengths[i] = length
			i++
			continue
		}
		if length == 16 && i == 0 {
			return ErrCodes
		}
		repeat := [...]struct {
			extra uint64
			least int
		}{16: {2, 3}, 17: {3, 3}, 18: {7, 11}}[length]
		if err := r.need(repeat.extra); err != nil {
			return err
		}
		n := repeat.least + r.take(repeat.extra)
		if i+n > all {
			return ErrCodes
		}
		if length == 16 {
			length = r.lengths[i-1]
		} else {
			length = 0
		}
		for range n {
			r.lengths[i] = length
			i++
		}
	}
	return nil
}
