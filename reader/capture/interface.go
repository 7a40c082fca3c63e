package capture

import (
	"fmt"
	"math"
	"strings"

	"netstream/reader/damage"
)

const unknownFCS = -1

// Interface is what a capture says of one capture interface.
type Interface struct {
	Section        int    // the section that describes it, from 0; 0 for pcap
	LinkType       uint16 // LINKTYPE_ value
	BigEndian      bool   // the byte order of the file (pcap) or of the section
	SnapLen        uint32 // octets; 0 means no limit. Frames may be longer
	Name           string // if_name; "" for pcap and if there is none
	Description    string // if_description
	TimeResolution uint8  // if_tsresol: 6 is microseconds, 9 nanoseconds; top bit: power of two
	TimeOffset     int64  // if_tsoffset, seconds
	FCSLength      int8   // octets of frame check sequence in each frame; -1 if not known

	Packets    uint64     // frames of it delivered so far
	Dropped    uint64     // frames lost before the file, as its packet blocks say (epb_dropcount)
	Statistics Statistics // of the latest interface statistics block
}

// drop adds to Dropped, which stays at the greatest number where a file claims
// more.
func (i *Interface) drop(frames uint64) {
	i.Dropped += min(frames, math.MaxUint64-i.Dropped)
}

// clock is what is needed of an interface to date its frames.
type clock struct {
	resolution resolution
	valid      bool // the resolution can be relied on
	unreadable bool // not even the link type is known
}

// interfaceBlock reads an interface description block (draft-ietf-opsawg-pcapng,
// section 4.2). Whatever is wrong with its content, the interface takes its
// number, so that later ones keep theirs.
func (r *Reader) interfaceBlock(block []byte, offset int64) error {
	r.tally.Blocks.Interface++
	if len(r.interfaces) == MaxInterfaces {
		r.tally.Octets.Damaged += int64(len(block))
		return r.report(damage.BadBlock, offset, int64(len(block)),
			fmt.Sprintf("more than %d interfaces", MaxInterfaces))
	}
	described := Interface{Section: int(r.tally.Sections) - 1, TimeResolution: 6, FCSLength: unknownFCS}
	if len(block) < 20 {
		r.interfaces = append(r.interfaces, described)
		r.clocks = append(r.clocks, clock{unreadable: true})
		r.tally.Octets.Damaged += int64(len(block))
		return r.report(damage.BadBlock, offset, int64(len(block)),
			fmt.Sprintf("interface description block of %d octets, want at least 20", len(block)))
	}
	described.LinkType = r.uint16(block[8:])
	described.BigEndian = r.bigEndian
	described.SnapLen = r.uint32(block[12:])
	r.tally.Octets.Header += int64(len(block))

	reading := interfaceOptions{described: &described, room: MaxInterfaceText - r.interfaceText}
	fault := reading.read(r.options(block[16 : len(block)-4]))
	r.interfaceText += len(described.Name) + len(described.Description)
	dating := clock{unreadable: reading.unreadable}
	dating.resolution, dating.valid = newResolution(described.TimeResolution, described.TimeOffset)
	dating.valid = dating.valid && !reading.timeUnknown
	r.interfaces = append(r.interfaces, described)
	r.clocks = append(r.clocks, dating)
	if fault == "" {
		return nil
	}
	return r.report(damage.BadBlock, offset, 0,
		fmt.Sprintf("interface %d of section %d: %s", len(r.interfaces)-1-r.sectionBase, described.Section, fault))
}

// interfaceOptions reads the options of one interface description.
type interfaceOptions struct {
	described   *Interface
	room        int    // octets that names may still have
	seen        uint64 // bit set of the codes of the options read
	timeUnknown bool   // the list is broken where it could say how to read times
	unreadable  bool   // the interface cannot be told from others
}

// read gives the first fault of the list, "" if there is none. The interface has
// what could be read.
func (o *interfaceOptions) read(list optionList) (fault string) {
	for {
		code, value, ok := list.next()
		if !ok {
			break
		}
		if found := o.option(code, value, &list); found != "" && fault == "" {
			fault = found
		}
	}
	if list.fault != "" {
		o.timeUnknown = true
		if fault == "" {
			fault = list.fault
		}
	}
	return fault
}

// option reads one option. The first of equal ones holds; a further one makes
// the time doubtful if it is about the time.
func (o *interfaceOptions) option(code uint16, value []byte, list *optionList) (fault string) {
	switch code {
	case optName, optDescription, optTSResol, optFCSLen, optTSOffset:
		if o.seen&(1<<code) != 0 {
			o.timeUnknown = o.timeUnknown || code == optTSResol || code == optTSOffset
			return fmt.Sprintf("option %d occurs twice", code)
		}
		o.seen |= 1 << code
	}
	switch code {
	case optName:
		return o.text(&o.described.Name, value)
	case optDescription:
		return o.text(&o.described.Description, value)
	case optTSResol:
		return o.timeResolution(value)
	case optTSOffset:
		if len(value) != 8 {
			o.timeUnknown = true
			return wrongLength("if_tsoffset", len(value), 8)
		}
		o.described.TimeOffset = int64(list.uint64(value))
	case optFCSLen:
		return o.fcsLength(value)
	}
	return ""
}

// text keeps a name. Without its name an interface would be taken for another
// one, so its frames are given up when there is no room.
func (o *interfaceOptions) text(into *string, value []byte) string {
	if len(value) > o.room {
		o.unreadable = true
		return fmt.Sprintf("names of interfaces have more than %d octets", MaxInterfaceText)
	}
	o.room -= len(value)
	*into = strings.TrimRight(string(value), "\x00")
	return ""
}

func (o *interfaceOptions) timeResolution(value []byte) string {
	if len(value) != 1 {
		o.timeUnknown = true
		return wrongLength("if_tsresol", len(value), 1)
	}
	o.described.TimeResolution = value[0]
	if _, ok := newResolution(value[0], 0); !ok {
		return fmt.Sprintf("if_tsresol 0x%02x is finer than 10^-19 and 2^-63 s", value[0])
	}
	return ""
}

func (o *interfaceOptions) fcsLength(value []byte) string {
	if len(value) != 1 {
		return wrongLength("if_fcslen", len(value), 1)
	}
	switch v := value[0]; v {
	case 0, 1, 2, 3, 4:
		o.described.FCSLength = int8(v)
	case 8, 16, 24, 32:
		o.described.FCSLength = int8(v / 8)
	default:
		return fmt.Sprintf("if_fcslen %d is neither octets (0 to 4) nor bits (8 to 32)", v)
	}
	return ""
}
