package header

import "netstream/aggregate/flow"

// maxQ922Address is the longest address of a frame relay header in octets,
// ITU-T Q.922 section 3.3.
const maxQ922Address = 4

// frameRelay opens a Q.922 address and then either the control octet and NLPID
// of RFC 2427 section 3 or, as Cisco does it, an EtherType.
func (w *walk) frameRelay() (protocol, flow.Reason) {
	const lastOctet = 0x01
	b := w.rest()
	n := 1
	for {
		switch {
		case len(b) < n:
			return cut()
		case n > maxQ922Address:
			return frameControl + protocol(b[0]), flow.ReasonNotIP
		case b[n-1]&lastOctet != 0:
			w.at += n
			return w.frameRelayProtocol()
		}
		n++
	}
}

func (w *walk) frameRelayProtocol() (protocol, flow.Reason) {
	b := w.take(2)
	if b == nil {
		return cut()
	}
	if b[0] != unnumberedInformation {
		return w.etherType(b)
	}
	id := b[1]
	if id == 0 { // padding to an even length
		if b = w.take(1); b == nil {
			return cut()
		}
		id = b[0]
	}
	return then(nlpid + protocol(id))
}
