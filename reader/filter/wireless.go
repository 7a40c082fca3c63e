package filter

// frameControlAt gives an octet of the frame control field of IEEE 802.11.
func (l *lowering) frameControlAt(octet uint32) value { return l.inHeader(octet, 1) }

// isDataFrame says whether a frame of IEEE 802.11 is a data frame.
func (l *lowering) isDataFrame() condition {
	return both(not(isSet(l.frameControlAt(0), 0x04)), isSet(l.frameControlAt(0), 0x08))
}

func (l *lowering) toDS() condition   { return isSet(l.frameControlAt(1), 0x01) }
func (l *lowering) fromDS() condition { return isSet(l.frameControlAt(1), 0x02) }

// isControl says whether the type of a frame is control or reserved: these have
// neither source nor destination.
func (l *lowering) isControl() condition { return isSet(l.frameControlAt(0), 0x04) }

// isNotManagement says whether the type of a frame is neither management nor
// control.
func (l *lowering) isNotManagement() condition { return isSet(l.frameControlAt(0), 0x08) }

// wirelessHost lowers a MAC address in a frame of IEEE 802.11.
func (l *lowering) wirelessHost(mac [6]byte, d direction) condition {
	at := func(offset uint32) condition { return l.octetsEqual(l.inHeader, offset, mac[:]) }
	switch d {
	case directionAddress1:
		return at(4)
	case directionAddress2:
		return both(l.hasTransmitter(), at(10))
	case directionAddress3:
		return both(not(l.typeIs(typeControl)), at(16))
	case directionAddress4:
		return both(equals(masked(l.frameControlAt(1), directionMask), directionMask), at(24))
	case directionReceiver:
		return both(l.isNotManagement(), at(4))
	case directionTransmitter:
		return both(both(l.isNotManagement(), l.hasTransmitter()), at(10))
	}
	return l.directions(d, "these frames", func(source bool) condition {
		if source {
			return l.wirelessSource(at)
		}
		return l.wirelessDestination(at)
	})
}

func (l *lowering) typeIs(number uint32) condition {
	return equals(masked(l.frameControlAt(0), typeMask), number)
}

// hasTransmitter says that a frame has a second address: all but CTS and ACK.
func (l *lowering) hasTransmitter() condition {
	subtype := func(number uint32) condition { return equals(masked(l.frameControlAt(0), subtypeMask), number) }
	return either(not(l.typeIs(typeControl)), both(not(subtype(subtypeCTS)), not(subtype(subtypeACK))))
}

// wirelessDestination tests the destination address, which is the third address
// of data frames to the distribution system, else the first.
func (l *lowering) wirelessDestination(at func(offset uint32) condition) condition {
	data := either(both(not(l.toDS()), at(4)), both(l.toDS(), at(16)))
	management := both(not(l.isNotManagement()), at(4))
	return both(not(l.isControl()), either(management, both(l.isNotManagement(), data)))
}

// wirelessSource tests the source address, which is the third address of data
// frames from the distribution system, the fourth of those between two parts of
// it, else the second.
func (l *lowering) wirelessSource(at func(offset uint32) condition) condition {
	from := either(both(not(l.toDS()), at(16)), both(l.toDS(), at(24)))
	data := either(both(not(l.fromDS()), at(10)), both(l.fromDS(), from))
	management := both(not(l.isNotManagement()), at(10))
	return both(not(l.isControl()), either(management, both(l.isNotManagement(), data)))
}

// frameControl lowers type, subtype and dir.
func (l *lowering) frameControl(e *primitive) condition {
	if !l.isWireless() || l.linkType == linkPPI {
		return l.unsupported("the type of IEEE 802.11 frames")
	}
	octet := uint32(0)
	if e.keyword == "dir" {
		octet = 1
	}
	return equals(masked(l.frameControlAt(octet), e.mask), e.number)
}

// linkControl lowers llc, with the name of a kind of LLC frames or without.
func (l *lowering) linkControl(name string) condition {
	hasLLC := l.hasLLC()
	if name == "" {
		return hasLLC
	}
	if name == "rulenum" || name == "subrulenum" {
		name = "rnr" // the keyword that it is an abbreviation of elsewhere
	}
	control := l.inLLC(2, 1)
	if name == "i" {
		return both(hasLLC, not(isSet(control, 1)))
	}
	number, mask, ok := linkControlOf(name)
	if !ok {
		return l.fail("docs/filters.md lists them", "got %q, want a kind of LLC frames", name)
	}
	return both(hasLLC, equals(masked(control, mask), number))
}

func (l *lowering) hasLLC() condition {
	switch {
	case l.linkType == linkEthernet:
		return both(l.isLength(), not(equals(l.inLLC(0, 2), 0xffff)))
	case l.isWireless():
		return l.isDataFrame()
	case l.linkType == linkSunATM:
		return l.cellType(cellLLC)
	case l.linkType == linkTokenRing, l.linkType == linkFDDI, l.linkType == linkATM:
		return always(true)
	}
	return l.unsupported("llc")
}
