package header

import "netstream/aggregate/flow"

// Open reads one frame as [Decoder.Decode] does, and also gives the captured
// octets of the frame's IP packet, from the version field on and without what
// the link has behind it. The octets are part of frame. They end before the
// packet's own end (p.Meta.Octets) if the frame was cut, and only then; with any
// reason but [flow.ReasonAccounted] there are none.
//
// Open is for readers that look into payloads: it opens every link layer with the
// same code as Decode, which is the one to use where the flow key is enough.
func (d *Decoder) Open(p *flow.Packet, frame []byte, length uint32) (packet []byte, reason flow.Reason, detail uint32) {
	if at, ok := d.internetAt(frame); ok { // without the walk, as Decode
		if reason, detail = d.Decode(p, frame, length); reason != flow.ReasonAccounted {
			return nil, reason, detail
		}
		packet = frame[at:min(len(frame), int(p.Meta.WireOctets))] // what is behind is the frame check sequence
	} else {
		w := d.walk(p, frame, length)
		if reason, detail = w.run(d.first); reason != flow.ReasonAccounted {
			return nil, reason, detail
		}
		packet = w.frame[w.at:]
	}
	if uint64(len(packet)) > p.Meta.Octets {
		packet = packet[:p.Meta.Octets]
	}
	return packet, reason, 0
}
