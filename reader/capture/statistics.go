package capture

import (
	"fmt"

	"netstream/reader/damage"
)

// Statistics are the counters of interface statistics blocks. They count since
// the start of the capture, so the latest value of each holds.
type Statistics struct {
	Blocks         uint64 // statistics blocks of the interface
	Received       Count  // isb_ifrecv: frames from the interface
	Dropped        Count  // isb_ifdrop: lost by the interface for want of resources
	FilterAccepted Count  // isb_filteraccept
	SystemDropped  Count  // isb_osdrop: lost by the operating system
	Delivered      Count  // isb_usrdeliv: given to the capturing program
}

// Count is a counter that a file may have or not have.
type Count struct {
	Value uint64
	Known bool
}

// statisticsBlock reads an interface statistics block (draft-ietf-opsawg-pcapng,
// section 4.6).
func (r *Reader) statisticsBlock(block []byte, offset int64) error {
	r.tally.Blocks.Statistics++
	if len(block) < 24 {
		r.tally.Octets.Damaged += int64(len(block))
		return r.report(damage.BadBlock, offset, int64(len(block)),
			fmt.Sprintf("interface statistics block of %d octets, want at least 24", len(block)))
	}
	number := r.uint32(block[8:])
	if known := len(r.interfaces) - r.sectionBase; int64(number) >= int64(known) {
		r.tally.Octets.Damaged += int64(len(block))
		return r.report(damage.BadBlock, offset, int64(len(block)),
			fmt.Sprintf("statistics of interface %d, the section describes %d", number, known))
	}
	r.tally.Octets.Known += int64(len(block))
	fault := r.interfaces[r.sectionBase+int(number)].Statistics.read(r.options(block[20 : len(block)-4]))
	if fault == "" {
		return nil
	}
	return r.report(damage.BadBlock, offset, 0, fmt.Sprintf("statistics of interface %d: %s", number, fault))
}

func (s *Statistics) read(list optionList) (fault string) {
	s.Blocks++
	for {
		code, value, ok := list.next()
		if !ok {
			break
		}
		var into *Count
		switch code {
		case optReceived:
			into = &s.Received
		case optDropped:
			into = &s.Dropped
		case optFilterAccepted:
			into = &s.FilterAccepted
		case optSystemDropped:
			into = &s.SystemDropped
		case optDelivered:
			into = &s.Delivered
		default:
			continue
		}
		if len(value) == 8 {
			*into = Count{Value: list.uint64(value), Known: true}
		} else if fault == "" {
			fault = wrongLength(fmt.Sprintf("option %d", code), len(value), 8)
		}
	}
	if fault == "" {
		fault = list.fault
	}
	return fault
}
