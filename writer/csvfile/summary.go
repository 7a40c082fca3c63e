package csvfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
)

// Summary is what a finished table holds.
type Summary struct {
	Rows  uint64
	Sums  []*big.Int // of the columns that were asked for, in that order
	Nulls []uint64   // of the same columns the empty cells
}

// Summarize reads a finished table, with code that shares nothing with what wrote it, and
// sums the named columns, which must be of integers. Columns that are not named
// may hold anything. It takes less than encoding/csv does: each line has as many cells as the header, on the
// one line, and the last one ends, too.
func Summarize(r io.Reader, names ...string) (Summary, error) {
	s := summing{r: r, buffer: make([]byte, 0, flushSize)}
	header, err := s.line()
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return Summary{}, fmt.Errorf("cannot read back header: %w", err)
	}
	if err := s.choose(header, names); err != nil {
		return Summary{}, err
	}
	for {
		lines, err := s.lines()
		if err == io.EOF {
			return s.summary(), nil
		}
		if err == nil {
			err = s.take(lines)
		}
		if err != nil {
			return Summary{}, fmt.Errorf("cannot read back row %d: %w", s.rows+1, err)
		}
	}
}

// summing is a Summarize under way.
type summing struct {
	r      io.Reader
	buffer []byte
	at     int // of the buffer, up to which it is done with
	ended  bool

	columns []column // the wanted ones in the order of the header, and one behind the last cell
	order   []int    // of the names among them
	cells   int      // of each line
	rows    uint64
}

// column is a column that is summed.
type column struct {
	name      string
	place     int // in the header
	high, low uint64
	nulls     uint64
}

// choose finds the named columns in the header.
func (s *summing) choose(header []byte, names []string) error {
	titles := bytes.Split(header, []byte{','})
	if s.cells = len(titles); bytes.IndexByte(header, '"') >= 0 {
		return fmt.Errorf("cannot read back header: %w", errQuotes)
	}
	for _, name := range names {
		place := slices.IndexFunc(titles, func(title []byte) bool { return string(title) == name })
		if place < 0 {
			return fmt.Errorf("cannot read back: there is no column %s", name)
		}
		s.columns = append(s.columns, column{name: name, place: place})
	}
	slices.SortStableFunc(s.columns, func(a, b column) int { return a.place - b.place })
	s.columns = slices.CompactFunc(s.columns, func(a, b column) bool { return a.place == b.place })
	for _, name := range names {
		s.order = append(s.order, slices.IndexFunc(s.columns, func(c column) bool { return c.name == name }))
	}
	s.columns = append(s.columns, column{place: s.cells})
	return nil
}

// line gives the next line without its end.
func (s *summing) line() ([]byte, error) {
	for {
		if end := bytes.IndexByte(s.buffer[s.at:], '\n'); end >= 0 {
			line := s.buffer[s.at : s.at+end]
			s.at += end + 1
			return line, nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// lines gives all whole lines of the buffer, one at least.
func (s *summing) lines() ([]byte, error) {
	for {
		if end := bytes.LastIndexByte(s.buffer[s.at:], '\n'); end >= 0 {
			lines := s.buffer[s.at : s.at+end+1]
			s.at += end + 1
			return lines, nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads on behind what is left in the buffer, which holds no whole line.
func (s *summing) fill() error {
	s.buffer = append(s.buffer[:0], s.buffer[s.at:]...)
	s.at = 0
	switch {
	case s.ended && len(s.buffer) == 0:
		return io.EOF
	case s.ended:
		return fmt.Errorf("line of %d octets without an end", len(s.buffer))
	case len(s.buffer) >= maxLine:
		return fmt.Errorf("line of %d octets or more", maxLine)
	case len(s.buffer) == cap(s.buffer):
		s.buffer = slices.Grow(s.buffer, cap(s.buffer))
	}
	n, err := s.r.Read(s.buffer[len(s.buffer):cap(s.buffer)])
	s.buffer = s.buffer[:len(s.buffer)+n]
	if err == io.EOF {
		s.ended, err = true, nil
	}
	return err
}

// take sums up whole lines. Eight octets that end no line are passed over at once, or up to where the next cell
// that is wanted begins.
func (s *summing) take(lines []byte) error {
	wanted := s.columns
	place := 0 // of the present cell in its line
	begins := true
	for at := 0; at < len(lines); {
		if len(lines)-at >= wordOctets {
			word := binary.LittleEndian.Uint64(lines[at:])
			commas := equalOctets(word, ',')
			next := place + bits.OnesCount64(commas)
			if low := anyBelow(word, '"'+1); low == 0 && next < wanted[0].place {
				place, begins, at = next, commas>>63 != 0, at+wordOctets
				continue
			} else if low == 0 && place < wanted[0].place { // behind one of these commas
				for place++; place < wanted[0].place; place++ {
					commas &= commas - 1
				}
				begins, at = true, at+bits.TrailingZeros64(commas)/8+1
			}
		}
		if begins && place == wanted[0].place {
			if place == s.cells {
				return fmt.Errorf("more than %d cells", s.cells)
			}
			length, err := wanted[0].add(lines[at:])
			if err != nil {
				return err
			}
			wanted, at, begins = wanted[1:], at+length, false
			continue
		}
		switch c := lines[at]; {
		case c == '"':
			end := quoted(lines[at:])
			if !begins || end == 0 {
				return errQuotes
			}
			at, begins = at+end, false
		case c == ',':
			place, begins, at = place+1, true, at+1
		case c == '\n':
			if place+1 != s.cells {
				return fmt.Errorf("%d cells, want %d", place+1, s.cells)
			}
			s.rows++
			wanted, place, begins, at = s.columns, 0, true, at+1
		default:
			begins, at = false, at+1
		}
	}
	return nil
}

// anyBelow gives 0 unless an octet is below c, which must be at most 0x80.
func anyBelow(word uint64, c byte) uint64 {
	const ones, upper = 0x0101010101010101, 0x8080808080808080
	return (word - ones*uint64(c)) & ^word & upper
}

// equalOctets gives the uppermost bit of each octet that is c.
func equalOctets(word uint64, c byte) uint64 {
	const ones, lower = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	differences := word ^ ones*uint64(c)
	return ^(differences&lower + lower | differences | lower)
}

// quoted gives the length of a cell in quotation marks with which the lines begin, 0 if it is not closed on its line, or not followed by
// the end of the cell.
func quoted(lines []byte) int {
	for at := 1; at+1 < len(lines) && lines[at] != '\n'; at++ {
		if lines[at] != '"' {
			continue
		}
		switch lines[at+1] {
		case '"':
			at++
		case ',', '\n':
			return at + 1
		default:
			return 0
		}
	}
	return 0
}

// add adds the cell that lines begin with, and gives its length. They hold its end.
func (c *column) add(lines []byte) (length int, err error) {
	const most = 18 // digits of a number that is surely less than 2^63
	v := int64(0)
	for lines[length] >= '0' && lines[length] <= '9' && length < most {
		v = 10*v + int64(lines[length]-'0')
		length++
	}
	if end := lines[length]; end != ',' && end != '\n' {
		for lines[length] != ',' && lines[length] != '\n' {
			length++
		}
		if v, err = strconv.ParseInt(string(lines[:length]), 10, 64); err != nil {
			return 0, fmt.Errorf("column %s: %w", c.name, err)
		}
	} else if length == 0 {
		c.nulls++
		return 0, nil
	}
	var carry uint64
	c.low, carry = bits.Add64(c.low, uint64(v), 0)
	c.high += uint64(v>>63) + carry
	return length, nil
}

// sum gives the sum, which is a number of 128 bits with its sign.
func (c *column) sum() *big.Int {
	sum := new(big.Int).SetInt64(int64(c.high))
	return sum.Lsh(sum, 64).Add(sum, new(big.Int).SetUint64(c.low))
}

func (s *summing) summary() Summary {
	all := Summary{Rows: s.rows}
	for _, i := range s.order {
		all.Sums, all.Nulls = append(all.Sums, s.columns[i].sum()), append(all.Nulls, s.columns[i].nulls)
	}
	return all
}
