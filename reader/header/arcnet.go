package header

import "netstream/aggregate/flow"

// Protocols of ARCNET frames.
const (
	arcnetIP    = 212 // RFC 1201, with flag and sequence number
	arcnetOldIP = 240 // RFC 1051, without
)

// arcnet opens an ARCNET header: source, destination, two octets of offset where
// Linux wrote the capture, protocol; and for RFC 1201 split flag and
// sequence number. A split flag that is even and not 0 tells a later part of a
// packet, 0xff an exception packet, whose header comes twice.
func (w *walk) arcnet(offsetLength int) (protocol, flow.Reason) {
	if w.take(2+offsetLength) == nil {
		return cut()
	}
	kind := w.take(1)
	if kind == nil {
		return cut()
	}
	number := protocol(kind[0])
	if number == arcnetOldIP {
		return then(etherTypeIPv4)
	}
	b := w.take(3)
	if b == nil {
		return cut()
	}
	const exception = 0xff
	if b[0] == exception {
		if b = w.take(4); b == nil {
			return cut()
		}
		b = b[1:]
	}
	laterPart := b[0] != 0 && b[0]&1 == 0
	if number != arcnetIP || laterPart {
		return frameControl + number, flow.ReasonNotIP
	}
	return then(etherTypeIPv4)
}
