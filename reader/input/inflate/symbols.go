package inflate

import "encoding/binary"

// symbols decompresses a block of Huffman codes (section 3.2.3) as far as there is room.
func (r *Reader) symbols() error {
	for r.reached < r.filled && r.state == inCodes {
		var err error
		if len(r.in)-r.at >= fastOctets {
			err = r.fast()
		} else {
			err = r.slow()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// slow decompresses one literal or match. It takes octets from the source one by one, where hardly any are left.
func (r *Reader) slow() error {
	entry, err := r.symbol(r.literals[:], literalBits)
	switch {
	case err != nil:
		return err
	case entry&literal != 0:
		r.out[r.reached] = byte(entry >> valueShift)
		r.reached++
		return nil
	case entry&special != 0:
		r.state = atBlock
		return nil
	}
	length, err := r.extra(entry)
	if err != nil {
		return err
	}
	if entry, err = r.symbol(r.distances[:], distanceBits); err != nil {
		return err
	}
	distance, err := r.extra(entry)
	if err != nil {
		return err
	}
	if distance > r.reached {
		return ErrDistance
	}
	for range length {
		r.out[r.reached] = r.out[r.reached-distance]
		r.reached++
	}
	return nil
}

// further gives the place of the next bits in the further table that an entry links to.
func further(entry uint32, bits uint64) uint64 {
	return uint64(entry>>valueShift) + (bits & (1<<(entry>>codeShift&codeMask) - 1))
}

// symbol takes one code, without its extra bits, and gives its entry, which is a symbol.
func (r *Reader) symbol(table []uint32, indexBits uint64) (uint32, error) {
	for {
		entry, before := table[r.bits&(1<<indexBits-1)], uint64(0)
		if entry&(literal|special|link) == special|link {
			before = indexBits
			entry = table[further(entry, r.bits>>indexBits)]
		}
		length := before + uint64(entry>>codeShift&codeMask)
		if length <= r.count {
			if entry&(literal|special|end) == special {
				return 0, ErrSymbol
			}
			r.take(length)
			return entry, nil
		}
		if err := r.need(r.count + 1); err != nil {
			return 0, err
		}
	}
}

// extra takes the extra bits of a length or distance and gives what they come to.
func (r *Reader) extra(entry uint32) (int, error) {
	bits := uint64(entry&lengthsMask - entry>>codeShift&codeMask)
	if err := r.need(bits); err != nil {
		return 0, err
	}
	return int(entry>>valueShift) + r.take(bits), nil
}

// fastOctets is how many octets must lie in the buffer for the fast way, which takes bits twice for a match.
const fastOctets = 16

// fast decompresses symbols as slow does, as long as there is room and enough octets lie in the buffer of the source. Bits are
// taken eight octets at a time, those that do not fit once more, so that there are at least 56: enough for three literals
// that need no further table, or for a length of 20 and a distance of 28 bits.
func (r *Reader) fast() (err error) {
	in, at, bits, count := r.in, r.at, r.bits, r.count
	literals, distances := &r.literals, &r.distances
	out, reached, filled := r.out, r.reached, r.filled
	for reached < filled && at <= len(in)-fastOctets {
		bits |= binary.LittleEndian.Uint64(in[at:]) << (count & 63)
		at += int((63 - count) >> 3)
		count |= 56
		entry := literals[bits&(1<<literalBits-1)]
		if entry&literal != 0 {
			out[reached] = byte(entry >> valueShift)
			reached++
			bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
			if entry = literals[bits&(1<<literalBits-1)]; entry&literal != 0 {
				out[reached] = byte(entry >> valueShift)
				reached++
				bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
				if entry = literals[bits&(1<<literalBits-1)]; entry&literal != 0 {
					out[reached] = byte(entry >> valueShift)
					reached++
					bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
					continue
				}
			}
			bits |= binary.LittleEndian.Uint64(in[at:]) << (count & 63)
			at += int((63 - count) >> 3)
			count |= 56
		}
		if entry&special != 0 {
			if entry&link != 0 {
				bits, count = bits>>literalBits, count-literalBits
				entry = literals[further(entry, bits)]
			}
			if entry&literal != 0 {
				out[reached] = byte(entry >> valueShift)
				reached++
				bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
				continue
			}
			if entry&special != 0 {
				bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
				if entry&end == 0 {
					err = ErrSymbol
					break
				}
				r.state = atBlock
				break
			}
		}
		length := int(entry>>valueShift) + int(bits&(1<<(entry&lengthsMask)-1)>>(entry>>codeShift&codeMask))
		bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
		if entry = distances[bits&(1<<distanceBits-1)]; entry&special != 0 {
			if entry&link != 0 {
				bits, count = bits>>distanceBits, count-distanceBits
				entry = distances[further(entry, bits)]
			}
			if entry&special != 0 {
				bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
				err = ErrSymbol
				break
			}
		}
		distance := int(entry>>valueShift) + int(bits&(1<<(entry&lengthsMask)-1)>>(entry>>codeShift&codeMask))
		bits, count = bits>>(entry&lengthsMask), count-uint64(entry&lengthsMask)
		if distance > reached {
			err = ErrDistance
			break
		}
		r.repeat(reached, distance, length)
		reached += length
	}
	at -= int(count >> 3) // octets none of whose bits are needed yet
	count &= 7
	r.at, r.bits, r.count, r.reached = at, bits&(1<<count-1), count, reached
	return err
}

// repeat puts length octets at place that are distance octets in front of it, in words: what it writes behind them, up to
// 15 octets, is of no meaning.
func (r *Reader) repeat(place, distance, length int) {
	out, from := r.out, place-distance
	behind := place + length
	switch {
	case distance >= 8:
		for ; place < behind; place, from = place+16, from+16 {
			binary.LittleEndian.PutUint64(out[place:], binary.LittleEndian.Uint64(out[from:]))
			binary.LittleEndian.PutUint64(out[place+8:], binary.LittleEndian.Uint64(out[from+8:]))
		}
	case distance == 1:
		same := uint64(out[from]) * 0x0101010101010101
		for ; place < behind; place += 8 {
			binary.LittleEndian.PutUint64(out[place:], same)
		}
	default: // each word begins with what the last one has made right
		for ; place < behind; place, from = place+distance, from+distance {
			binary.LittleEndian.PutUint64(out[place:], binary.LittleEndian.Uint64(out[from:]))
		}
	}
}
