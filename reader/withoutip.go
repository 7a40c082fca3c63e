package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
)

// takesWithoutIP decodes a frame that carries no IP packet, if such are metered, and says
// whether it did.
func (p *Packets) takesWithoutIP(from *observed, f *capture.Frame, packet *flow.Packet, reason flow.Reason) bool {
	if reason != flow.ReasonNotIP || p.keys == nil || !p.keys.WithoutIP() {
		return false
	}
	from.decoder.DecodeWithoutIP(packet, f.Data, f.Length)
	return true
}
