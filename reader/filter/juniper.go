package filter

// juniperLayout places what the link types of Juniper routers have; it is not ok
// for other link types. What lies in front of the payload differs from packet to
// packet, so libpcap only looks whether it is a header of Juniper's at all, and
// takes every protocol to be there.
func juniperLayout(linkType uint16) (kind, payload, network, withoutSNAP uint32, ok bool) {
	switch linkType {
	case 130, 131, 134, 179, 180, 181: // MLPPP, MLFR, MFR, PPP, FRELAY, CHDLC
		return 4, 4, 0, unset, true
	case 137: // ATM1
		return 4, 4, 0, 10, true
	case 135: // ATM2
		return 8, 8, 0, 10, true
	case 167, 178: // PPPOE, ETHER
		return 16, 14, 18, 21, true
	case 168: // PPPOE_ATM
		return 4, 6, 0, unset, true
	case 133: // GGSN
		return 6, 12, 0, unset, true
	case 132: // ES
		return 6, unset, unset, unset, true
	case 164: // MONITOR
		return 12, 12, 0, unset, true
	case 136: // SERVICES
		return 12, unset, unset, unset, true
	case 183, 200: // VP, ST
		return 18, unset, unset, unset, true
	case 194, 232, 233, 234, 238: // ISM, VS, SRX_E2E, FIBRECHANNEL, ATM_CEMIC
		return 8, unset, unset, unset, true
	}
	return 0, 0, 0, 0, false
}

func isJuniper(linkType uint16) bool {
	_, _, _, _, ok := juniperLayout(linkType)
	return ok
}

// juniperHeader says whether a frame begins with the magic number of Juniper's
// headers.
func (l *lowering) juniperHeader() condition {
	return equals(masked(l.inHeader(0, 4), 0xffffff00), 0x4d474300)
}
