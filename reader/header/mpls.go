package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// mpls opens one label stack entry, RFC 3032 section 2.1. What follows the bottom
// of the stack no field says; as routers do for load balancing (RFC 4928), IP is
// told by its version. A pseudowire's control word begins with 0 or 1.
func (w *walk) mpls(own protocol) (protocol, flow.Reason) {
	b := w.take(4)
	if b == nil {
		return cut()
	}
	entry := binary.BigEndian.Uint32(b)
	if m := &w.packet.Meta; m.Marks&flow.MarkMPLS == 0 {
		m.MPLSTop = entry >> 12
		m.Marks |= flow.MarkMPLS
	}
	const bottomOfStack = 1 << 8
	if entry&bottomOfStack == 0 {
		return then(own)
	}
	payload := w.rest()
	if len(payload) == 0 {
		return cut()
	}
	if version := payload[0] >> 4; version == 4 || version == 6 {
		return then(etherTypeIPv4)
	}
	return own, flow.ReasonNotIP
}
