package capture

import (
	"fmt"

	"netstream/reader/damage"
)

const (
	packetHeaderLength = 28 // type, length, interface, time stamp, captured and original length
	minPacketLength    = packetHeaderLength + 4
	simpleHeaderLength = 12 // type, length, original length
	minSimpleLength    = simpleHeaderLength + 4
	unknownDropCount   = 0xffff // of an obsolete packet block
)

// Fields of epb_flags (draft-ietf-opsawg-pcapng, section 4.3.1): the direction, and the length of the frame check sequence
// in octets.
const (
	flagsDirection = 3
	flagsFCSBit    = 5
	flagsFCS       = 15
)

// packetBlock reads an enhanced packet block (draft-ietf-opsawg-pcapng, section
// 4.3) or an obsolete packet block (appendix A). They differ in the word that
// holds the interface only.
func (r *Reader) packetBlock(f *Frame, block []byte, offset int64, number uint32) (bool, error) {
	r.number++
	if len(block) < minPacketLength {
		return false, r.lose(block, offset,
			fmt.Sprintf("packet block of %d octets, want at least %d", len(block), minPacketLength))
	}
	index, fault := r.interfaceIndex(number)
	if fault != "" {
		return false, r.lose(block, offset, fault)
	}
	body := block[packetHeaderLength : len(block)-4]
	captured := r.uint32(block[20:24])
	if int64(captured) > int64(len(body)) {
		return false, r.lose(block, offset, outOf("captured length", int64(captured), int64(len(body))))
	}
	f.Data = body[:captured:captured]
	f.Offset = offset
	f.Direction = DirectionUnknown
	f.FCSLength = r.interfaces[index].FCSLength

	dating := &r.clocks[index]
	count := uint64(r.uint32(block[12:16]))<<32 | uint64(r.uint32(block[16:20]))
	time, valid := dating.resolution.timestamp(count)
	valid = valid && dating.valid
	f.Time = time
	if valid {
		r.latest = time
	}
	r.tally.Octets.Packets += int64(len(block))
	r.deliver(f, r.uint32(block[24:28]), index, valid)

	enhanced := r.uint32(block) == blockEnhancedPacket
	if !enhanced {
		if drops := r.uint16(block[10:]); drops != unknownDropCount {
			r.interfaces[index].drop(uint64(drops))
		}
	}
	if options := body[(captured+3)&^3:]; len(options) > 0 {
		r.packetOptions(f, options, enhanced)
	}
	return true, nil
}

// simplePacketBlock reads a simple packet block (draft-ietf-opsawg-pcapng,
// section 4.4). It is of the first interface of its section and has neither time
// stamp nor captured length.
func (r *Reader) simplePacketBlock(f *Frame, block []byte, offset int64) (bool, error) {
	r.number++
	if len(block) < minSimpleLength {
		return false, r.lose(block, offset,
			fmt.Sprintf("simple packet block of %d octets, want at least %d", len(block), minSimpleLength))
	}
	index, fault := r.interfaceIndex(0)
	if fault != "" {
		return false, r.lose(block, offset, fault)
	}
	body := block[simpleHeaderLength : len(block)-4]
	original := r.uint32(block[8:12])
	captured := original
	if snapLen := r.interfaces[index].SnapLen; snapLen != 0 {
		captured = min(captured, snapLen)
	}
	if int64(captured) > int64(len(body)) {
		return false, r.lose(block, offset, outOf("captured length", int64(captured), int64(len(body))))
	}
	f.Data = body[:captured:captured]
	f.Offset = offset
	f.Direction = DirectionUnknown
	f.FCSLength = r.interfaces[index].FCSLength
	f.Time = r.latest
	r.tally.WithoutTime++
	r.tally.Octets.Packets += int64(len(block))
	r.deliver(f, original, index, true)
	return true, nil
}

// interfaceIndex gives the index of an interface by its number in the section.
func (r *Reader) interfaceIndex(number uint32) (index int, fault string) {
	known := len(r.interfaces) - r.sectionBase
	if int64(number) >= int64(known) {
		return 0, fmt.Sprintf("packet of interface %d, the section describes %d", number, known)
	}
	index = r.sectionBase + int(number)
	if r.clocks[index].unreadable {
		return 0, fmt.Sprintf("packet of interface %d, whose description cannot be read", number)
	}
	return index, ""
}

// lose accounts for a packet block that cannot be delivered.
func (r *Reader) lose(block []byte, offset int64, detail string) error {
	r.tally.LostPackets++
	r.tally.Octets.Damaged += int64(len(block))
	return r.report(damage.BadBlock, offset, int64(len(block)), detail)
}

// packetOptions reads the options of a packet that is delivered already, and
// leaves their faults for the next call to report. Of the obsolete block only the
// flags are defined like this.
func (r *Reader) packetOptions(f *Frame, octets []byte, enhanced bool) {
	fault := ""
	list := r.options(octets)
	for {
		code, value, ok := list.next()
		if !ok {
			break
		}
		switch {
		case code == optFlags && len(value) == 4:
			flags := list.uint32(value)
			f.Direction = uint8(flags & flagsDirection)
			if length := flags >> flagsFCSBit & flagsFCS; length != 0 {
				f.FCSLength = int8(length)
			}
		case code == optFlags:
			fault = wrongLength("epb_flags", len(value), 4)
		case code == optDropCount && enhanced && len(value) == 8:
			r.interfaces[f.Interface].drop(list.uint64(value))
		case code == optDropCount && enhanced:
			fault = wrongLength("epb_dropcount", len(value), 8)
		}
	}
	if list.fault != "" {
		fault = list.fault
	}
	if fault != "" {
		r.remark(f.Offset, "options of a packet block: "+fault)
	}
}
