package filter

// compile gives what is to be done before the first condition; nil if nothing
// is. It says false if the frame ends before it can be done.
func (b beginning) compile() func(*frame) bool {
	if b.header == unassigned && b.payload == unassigned {
		return nil
	}
	return func(f *frame) bool {
		header, ok := b.headerOffset(f)
		if !ok {
			return false
		}
		if b.header != unassigned {
			f.registers[b.header] = header
		}
		if b.payload == unassigned {
			return true
		}
		payload, ok := b.payloadOffset(f, header)
		f.registers[b.payload] = payload
		return ok
	}
}

// headerOffset gives where the link header begins behind a radio header.
func (b beginning) headerOffset(f *frame) (offset uint32, ok bool) {
	switch b.linkType {
	case linkRadiotap, linkPPI: // little-endian
		high, ok1 := f.at(3, 1)
		low, ok2 := f.at(2, 1)
		return high<<8 | low, ok1 && ok2
	case linkAVS:
		return f.at(4, 4)
	case linkPrism:
		cookie, ok := f.at(0, 4)
		if ok && cookie&0xfffff000 == 0x80211000 { // it is an AVS header
			return f.at(4, 4)
		}
		return 144, ok
	}
	return 0, true
}

// payloadOffset gives the variable part of where the payload begins.
func (b beginning) payloadOffset(f *frame, header uint32) (offset uint32, ok bool) {
	if b.linkType == linkPFLog {
		length, ok := f.at(0, 1)
		return (length + 3) &^ 3, ok
	}
	offset = header + 24
	control, ok := f.at(uint64(header), 1)
	if !ok || control&0x08 == 0 || control&0x04 != 0 { // not a data frame
		return offset, ok
	}
	if control&0x80 != 0 { // quality of service
		offset += 2
	}
	if b.linkType != linkRadiotap {
		return offset, true
	}
	padded, ok := padding(f)
	if padded {
		offset = (offset + 3) &^ 3
	}
	return offset, ok
}

// padding says whether the flags of a radiotap header tell of octets between
// link header and payload. They are read only if one word says which fields are
// there.
func padding(f *frame) (padded, ok bool) {
	const (
		timer    = 0x01000000 // in network byte order
		flags    = 0x02000000
		extended = 0x00000080
	)
	present, ok := f.at(4, 4)
	if !ok || present&flags == 0 || present&extended != 0 {
		return false, ok
	}
	at := uint64(8)
	if present&timer != 0 {
		at = 16
	}
	octet, ok := f.at(at, 1)
	return octet&0x20 != 0, ok
}
