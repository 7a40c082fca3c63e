package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Labels are what a frame has of labels: those of the MPLS stack of its own link,
// that of its IPv6 header, and the type that its link says it has.
type Labels struct {
	MPLS  [flow.MaxKeyLabels]uint32 // 20 bits each, the top one first; valid up to Depth
	Depth uint8                     // labels of the stack, at most flow.MaxKeyLabels
	Flow  uint32                    // flow label of the metered packet, 20 bits, RFC 8200 section 3; 0 for IPv4

	// EtherType is the first one of the frame's own link that is not that of a tag, be it
	// in an Ethernet or SNAP header or in one of those that borrow it; valid iff
	// HasEtherType. LLC without SNAP, PPP and raw IP have none.
	HasEtherType bool
	EtherType    uint16
}

// push notes the next label of the stack.
func (l *Labels) push(label uint32) {
	if int(l.Depth) < len(l.MPLS) {
		l.MPLS[l.Depth] = label
		l.Depth++
	}
}

// internet notes the flow label of an IP header that is there in full.
func (l *Labels) internet(b []byte) {
	l.Flow = 0
	if b[0]>>4 == 6 {
		l.Flow = binary.BigEndian.Uint32(b) & 0xfffff
	}
}

// Labels gives the labels of a frame that [Decoder.Decode] accounts for or
// [Decoder.DecodeWithoutIP] reads, or with inner those of the packet that
// [Decoder.DecodeInner] gives. It reads the frame
// once more, so that nobody else pays for them. It writes over p as they do.
func (d *Decoder) Labels(p *flow.Packet, frame []byte, length uint32, inner bool) (labels Labels) {
	w := d.walk(p, frame, length)
	w.labels, w.tunnels = &labels, inner
	if inner {
		w.innermost(d.first)
	} else {
		w.run(d.first)
	}
	return labels
}

// walk begins the way through a frame.
func (d *Decoder) walk(p *flow.Packet, frame []byte, length uint32) walk {
	length -= min(length, d.fcsLength)
	if uint64(len(frame)) > uint64(length) {
		frame = frame[:length] // what is behind is the frame check sequence
	}
	p.Meta = flow.Meta{Input: p.Meta.Input, WireOctets: length}
	return walk{packet: p, frame: frame, length: length, withMAC: d.withMAC}
}
