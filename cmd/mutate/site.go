package main

import (
	"encoding/binary"
	"math/rand/v2"
)

// role says what a number in an export file is for. Roles are bits, so that a
// mutator can name several.
type role uint16

const (
	versionRole     role = 1 << iota // of messages; magic numbers and layouts of nfcapd files
	countRole                        // of records, in headers of messages and of blocks
	lengthRole                       // of messages, sets, blocks and records
	setRole                          // set ids; kinds of blocks and of their records
	templateRole                     // template ids where they are defined
	fieldCountRole                   // of template records
	elementRole                      // information elements, and elements of nfcapd
	fieldLengthRole                  // of fields in templates, and of elements of nfcapd
	valueLengthRole                  // of values of variable length
	clockRole                        // export times, uptimes and sequence numbers
	domainRole                       // observation domains, engines, aggregation schemes, sampling
)

// site is a number in an export file: where it lies, its width in octets, and its
// byte order.
type site struct {
	at     int
	width  int
	little bool
	role   role
}

func (s site) within(content []byte) bool { return s.at >= 0 && s.at+s.width <= len(content) }

func (s site) read(content []byte) uint64 {
	var octets [8]byte
	if s.little {
		copy(octets[:], content[s.at:s.at+s.width])
		return binary.LittleEndian.Uint64(octets[:])
	}
	copy(octets[8-s.width:], content[s.at:s.at+s.width])
	return binary.BigEndian.Uint64(octets[:])
}

func (s site) write(content []byte, v uint64) {
	var octets [8]byte
	if s.little {
		binary.LittleEndian.PutUint64(octets[:], v)
		copy(content[s.at:s.at+s.width], octets[:])
		return
	}
	binary.BigEndian.PutUint64(octets[:], v)
	copy(content[s.at:s.at+s.width], octets[8-s.width:])
}

// hostile gives a number that is likely to be taken for something that it is not,
// in the place of old: the least and the largest ones, a neighbor, a power of two,
// any of a byte, or any at all.
func hostile(random *rand.Rand, old uint64, width int) uint64 {
	most := uint64(1)<<(8*width-1)<<1 - 1
	switch random.IntN(8) {
	case 0:
		return uint64(random.IntN(5))
	case 1:
		return most - uint64(random.IntN(3))
	case 2:
		return (old + 1) & most
	case 3:
		return (old - 1) & most
	case 4:
		return uint64(1)<<random.IntN(8*width) + uint64(random.IntN(3)) - 1
	case 5:
		return (old<<1 | old>>3) & most
	case 6:
		return uint64(random.IntN(512)) & most
	}
	return random.Uint64() & most
}

// piece is a part of an export file that other numbers count: a record, a set, a
// field specifier.
type piece struct {
	span
	inner   []site // lengths of its own, which count what is inserted within it
	lengths []site // lengths that count all of it
	counts  []site // counts that it is one of
}

// correct adds octets to lengths and records to counts, as far as they are there.
func correct(content []byte, sites []site, change int) {
	for _, s := range sites {
		if s.within(content) {
			s.write(content, s.read(content)+uint64(change))
		}
	}
}
