package capture

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Codes of the pcapng options that are read (draft-ietf-opsawg-pcapng, sections
// 3.5, 4.2, 4.3 and 4.6, appendix A for the obsolete packet block).
const (
	optEnd = 0 // opt_endofopt, in every block

	optName        = 2  // if_name
	optDescription = 3  // if_description
	optTSResol     = 9  // if_tsresol
	optFCSLen      = 13 // if_fcslen
	optTSOffset    = 14 // if_tsoffset

	optFlags     = 2 // epb_flags, pack_flags
	optDropCount = 4 // epb_dropcount

	optReceived       = 4 // isb_ifrecv
	optDropped        = 5 // isb_ifdrop
	optFilterAccepted = 6 // isb_filteraccept
	optSystemDropped  = 7 // isb_osdrop
	optDelivered      = 8 // isb_usrdeliv
)

// optionList walks the options of a pcapng block. Values are slices of the block.
type optionList struct {
	rest      []byte
	bigEndian bool
	fault     string // what is wrong with the list; set when next has returned false
}

func (r *Reader) options(octets []byte) optionList {
	return optionList{rest: octets, bigEndian: r.bigEndian}
}

// next gives the next option, and false at the end of the list or where the list
// breaks off.
func (l *optionList) next() (code uint16, value []byte, ok bool) {
	if len(l.rest) > MaxOptionsLength {
		l.fault = fmt.Sprintf("%d octets of options, at most %d are read", len(l.rest), MaxOptionsLength)
		return 0, nil, false
	}
	if len(l.rest) < 4 {
		return 0, nil, false
	}
	code, length := l.uint16(l.rest), int(l.uint16(l.rest[2:]))
	if code == optEnd {
		return 0, nil, false
	}
	padded := (length + 3) &^ 3
	if padded > len(l.rest)-4 {
		l.fault = fmt.Sprintf("option %d has %d octets, the block has %d left", code, length, len(l.rest)-4)
		return 0, nil, false
	}
	value = l.rest[4 : 4+length]
	l.rest = l.rest[4+padded:]
	return code, value, true
}

func (l *optionList) uint16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if l.bigEndian {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (l *optionList) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if l.bigEndian {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (l *optionList) uint64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if l.bigEndian {
		v = bits.ReverseBytes64(v)
	}
	return v
}

// wrongLength words the fault of an option of fixed length.
func wrongLength(name string, got, want int) string {
	return fmt.Sprintf("%s has %d octets, want %d", name, got, want)
}
