package filter

// offsets are where frames of a link type have what, from their beginning; what
// is variable is told by the frame and comes on top.
type offsets struct {
	linkType             uint16
	kind, payload        uint32 // the field that says which protocol follows; the payload, LLC included
	network, withoutSNAP uint32 // the network header in the payload; the same where LLC has no SNAP
}

// knownOffsets are those of all link types but Juniper's.
var knownOffsets = [...]offsets{
	{linkEthernet, 12, 14, 0, 3},
	{linkNetAnalyzer, 16, 18, 0, 3},
	{linkNetAnalyzerTP, 24, 26, 0, 3},
	{linkArcnet, 2, 6, 0, 0},
	{linkArcnetLinux, 4, 8, 0, 0},
	{linkSLIP, unset, 16, 0, 0},
	{linkSLIPBSDOS, unset, 24, 0, 0},
	{linkNull, 0, 4, 0, 0},
	{linkLoop, 0, 4, 0, 0},
	{linkEnc, 0, 12, 0, 0},
	{linkPPP, 2, 4, 0, 0},
	{linkPPPDirection, 2, 4, 0, 0},
	{linkCiscoHDLC, 2, 4, 0, 0},
	{linkPPPHDLC, 2, 4, 0, 0},
	{linkPPPEther, 6, 8, 0, 0},
	{linkPPPBSDOS, 5, 24, 0, 0},
	{linkFDDI, 13, 13, 8, 3},
	{linkTokenRing, 14, 14, 8, 3},
	{linkATM, 0, 0, 8, 3},
	{linkATMCLIP, 0, 0, 8, 3},
	{linkIPOverFC, 16, 16, 8, 3},
	{linkRaw, unset, 0, 0, 0},
	{linkIPv4, unset, 0, 0, 0},
	{linkIPv6, unset, 0, 0, 0},
	{linkLocalTalk, unset, 0, 0, 0},
	{linkFrameRelay, unset, 0, 0, 0},
	{linkLinuxSLL, 14, 16, 0, 0},
	{linkLinuxSLL2, 0, 20, 0, 0},
	{linkAppleIP1394, 16, 18, 0, 0},
	{linkSymantec, 6, 44, 0, 0},
	{linkIPNet, 1, 24, 0, unset},
	{linkPFLog, 0, 0, 0, 0},
	{linkWireless, 24, 0, 8, 3},
	{linkPrism, 24, 0, 8, 3},
	{linkAVS, 24, 0, 8, 3},
	{linkRadiotap, 24, 0, 8, 3},
	{linkPPI, 24, 0, 8, 3},
	{linkSunATM, 4, 4, 8, 3},
}

// offsetsOf gives the offsets of a link type; all are unset if it has none.
func offsetsOf(linkType uint16) offsets {
	for _, known := range knownOffsets {
		if known.linkType == linkType {
			return known
		}
	}
	if kind, payload, network, withoutSNAP, ok := juniperLayout(linkType); ok {
		return offsets{linkType, kind, payload, network, withoutSNAP}
	}
	return offsets{linkType, unset, unset, unset, unset}
}
