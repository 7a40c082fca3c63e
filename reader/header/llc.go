package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// LLC service access points (IEEE 802.2) that are looked behind.
const (
	sapSNAP = 0xaa // RFC 1042: Subnetwork Access Protocol
	sapISO  = 0xfe // ISO network layer: an NLPID follows

	unnumberedInformation = 0x03 // the control field of connectionless service
)

// Organizations in SNAP whose protocol identifiers are EtherTypes: RFC 1042, and
// IEEE 802.1H for protocols that bridges must not translate.
const (
	ouiEncapsulatedEthernet = 0x000000
	ouiBridgeTunnel         = 0x0000f8
)

// llc opens an LLC header of unnumbered information and what may follow it,
// SNAP or an NLPID. Anything else is the protocol of its destination service
// access point and never IP, but for access point 6.
func (w *walk) llc() (protocol, flow.Reason) {
	b := w.take(3)
	if b == nil {
		return cut()
	}
	destination, source, control := b[0], b[1], b[2]
	if destination != source || control != unnumberedInformation {
		return protocol(destination), flow.ReasonNotIP
	}
	switch destination {
	case sapSNAP:
		return w.snap()
	case sapISO:
		id := w.take(1)
		if id == nil {
			return cut()
		}
		if next := nlpid + protocol(id[0]); next.isIP() {
			return then(next)
		}
	case byte(llcIP):
		return then(llcIP)
	}
	return protocol(destination), flow.ReasonNotIP
}

// snap opens an organization and the protocol identifier that it assigned,
// RFC 1042.
func (w *walk) snap() (protocol, flow.Reason) {
	b := w.take(5)
	if b == nil {
		return cut()
	}
	switch binary.BigEndian.Uint32(b) >> 8 {
	case ouiEncapsulatedEthernet, ouiBridgeTunnel:
		return w.etherType(b[3:])
	}
	return snapProtocol + protocol(binary.BigEndian.Uint16(b[3:])), flow.ReasonNotIP
}
