package filter

// Kinds of ATM traffic, in the first octet of its pseudo header.
const (
	cellLANE = 1
	cellLLC  = 2
)

// The messages of Q.2931.
const (
	messageSetup          = 0x05
	messageCallProceeding = 0x02
	messageConnect        = 0x07
	messageConnectAck     = 0x0f
	messageRelease        = 0x4d
	messageReleaseDone    = 0x5a
)

func (l *lowering) cellType(number uint32) condition {
	return equals(masked(l.inHeader(0, 1), 0x0f), number)
}

func (l *lowering) cellPath(number uint32) condition    { return equals(l.inHeader(1, 1), number) }
func (l *lowering) cellCircuit(number uint32) condition { return equals(l.inHeader(2, 2), number) }

// inCell asks of an Ethernet frame in ATM cells whether it is one, and no control
// message of LAN emulation.
func (l *lowering) inCell(inner condition) condition {
	if l.outerLinkType != linkSunATM || l.linkType == linkSunATM {
		return inner
	}
	return both(not(equals(l.at(&l.outerHeader, l.cell.payload, 2), 0xff00)), inner)
}

// cellTest lowers a keyword of ATM.
func (l *lowering) cellTest(keyword string) condition {
	if !l.cell.present {
		return l.unsupported(keyword)
	}
	circuit := func(number uint32) condition { return both(l.cellPath(0), l.cellCircuit(number)) }
	switch keyword {
	case "metac":
		return circuit(1)
	case "bcc":
		return circuit(2)
	case "oamf4sc":
		return circuit(3)
	case "oamf4ec":
		return circuit(4)
	case "sc":
		return circuit(5)
	case "ilmic":
		return circuit(16)
	case "oam", "oamf4":
		return both(l.cellPath(0), either(l.cellCircuit(3), l.cellCircuit(4)))
	case "connectmsg":
		return both(circuit(5), l.cellMessages(messageReleaseDone, messageRelease, messageConnectAck, messageConnect, messageSetup, messageCallProceeding))
	case "metaconnect":
		return both(circuit(1), l.cellMessages(messageReleaseDone, messageRelease, messageConnect, messageSetup, messageCallProceeding))
	}
	lane := l.cellType(cellLANE)
	l.enter(linkEthernet, fixed(l.cell.payload+2))
	l.kind = fixed(l.header.constant + 12)
	l.payload = fixed(l.header.constant + 14)
	l.network, l.networkWithoutSNAP = 0, 3
	return lane
}

func (l *lowering) cellMessages(types ...uint32) condition {
	test := func(number uint32) condition { return equals(l.inHeader(l.cell.payload+5, 1), number) }
	all := test(types[0])
	for _, number := range types[1:] {
		all = either(all, test(number))
	}
	return all
}

// signalUnit lowers the kinds of signal units of MTP2, which their length tells.
func (l *lowering) signalUnit(keyword string) condition {
	if !l.message.present {
		return l.unsupported(keyword)
	}
	length := func() value { return masked(load{offset: l.message.length, size: 1}, 0x3f) }
	least := uint32(2)
	if keyword[0] == 'h' {
		length = func() value { return masked(load{offset: l.message.longLength, size: 2}, 0xff80) }
		least, keyword = 0x100, keyword[1:]
	}
	switch keyword {
	case "fisu":
		return equals(length(), 0)
	case "lssu":
		return both(comparison{greater, length(), constant(0)}, not(comparison{greater, length(), constant(least)}))
	}
	return comparison{greater, length(), constant(least)}
}

// field lowers a test of a field of ATM or of MTP3.
func (l *lowering) field(e *field) condition {
	test := func(v value, number uint32) condition {
		return l.inverted(e.inverted, comparison{e.operator, v, constant(number)})
	}
	switch e.keyword {
	case "vpi", "vci":
		if !l.cell.present {
			return l.unsupported(e.keyword)
		}
		if e.keyword == "vpi" {
			return test(l.inHeader(1, 1), e.number)
		}
		return test(l.inHeader(2, 2), e.number)
	}
	if !l.message.present {
		return l.unsupported(e.keyword)
	}
	keyword, further := e.keyword, uint32(0)
	if keyword[0] == 'h' {
		keyword, further = keyword[1:], 3
	}
	most := uint32(16383)
	switch keyword {
	case "sio":
		most = 255
	case "sls":
		most = 15
	}
	if n := e.number; n > most {
		return l.fail("", "got %s %d, want at most %d", e.keyword, n, most)
	}
	return test(l.signalField(keyword, further, e.number))
}

// signalField gives a field of the MTP3 label and the number as that has it.
func (l *lowering) signalField(keyword string, further, number uint32) (value, uint32) {
	m := &l.message
	switch keyword {
	case "sio":
		return load{offset: m.sio + further, size: 1}, number
	case "opc":
		number = number&0x3c00>>10 + number&0x03fc<<6 + number&0x0003<<22
		return masked(load{offset: m.opc + further, size: 4}, 0x00c0ff0f), number
	case "dpc":
		number = number&0x00ff<<24 + number&0x3f00<<8
		return masked(load{offset: m.dpc + further, size: 4}, 0xff3f0000), number
	}
	return masked(load{offset: m.sls + further, size: 1}, 0xf0), number << 4
}
