package header

import "netstream/aggregate/flow"

// walk is the way through the headers of one frame up to the IP header.
type walk struct {
	packet  *flow.Packet
	frame   []byte // captured octets, without frame check sequence
	at      int    // offset in frame of the next header; never beyond its end
	length  uint32 // the frame's length on the link, at least len(frame)
	withMAC bool
	labels  *Labels // nil if nobody asks for them
	padded  bool    // the capture header says that the 802.11 header is padded to four octets
	opened  int     // headers in front of at

	// For inner packets only.
	tunnels bool               // pseudowires are opened
	inside  bool               // what comes is not of the frame's own link: its tags and labels are not noted
	within  flow.Encapsulation // what stands around the next IP header
	label   uint32             // the MPLS label read last
	stack   protocol           // of the labels in front of a pseudowire that was opened
	limited bool               // there are more headers than are opened
}

// run opens headers from the outermost one on until IP is reached or something
// that is not opened.
func (w *walk) run(next protocol) (flow.Reason, uint32) {
	for ; !next.isIP(); w.opened++ {
		if w.opened == MaxHeaders {
			w.limited = true
			return next.refuse()
		}
		var reason flow.Reason
		if next, reason = w.open(next); reason != flow.ReasonAccounted {
			if reason == flow.ReasonNotIP {
				return next.refuse()
			}
			return reason, 0
		}
	}
	reason := internet(w.packet, w.frame[w.at:], w.length-uint32(w.at))
	if w.labels != nil && reason == flow.ReasonAccounted {
		w.labels.internet(w.frame[w.at:])
	}
	return reason, 0
}

// open reads the header at w.at, which is of the given protocol, moves w.at
// behind it and tells the protocol that follows. A reason other than
// ReasonAccounted ends the walk.
func (w *walk) open(next protocol) (protocol, flow.Reason) {
	switch next {
	case etherTypeVLAN, etherTypeServiceVLAN, etherTypeVLAN9100, etherTypeVLAN9200, etherTypeVLAN9300:
		return w.vlan()
	case etherTypeCiscoMetadata:
		return w.ciscoMetadata()
	case etherTypeMPLS, etherTypeMPLSMulticast, pppMPLS, pppMPLSMulticast:
		return w.mpls(next)
	case etherTypePPPoE:
		return w.pppoe()
	case etherTypeLargeLLC:
		return w.llc()
	case nlpidSNAP:
		return w.snap()
	}
	if next >= linkHeader {
		return w.link(next)
	}
	return next, flow.ReasonNotIP
}

// take gives the next n octets and moves behind them; nil if they were not
// captured.
func (w *walk) take(n int) []byte {
	if len(w.frame)-w.at < n {
		return nil
	}
	b := w.frame[w.at : w.at+n]
	w.at += n
	return b
}

// rest gives the captured octets from the next header on, without moving.
func (w *walk) rest() []byte { return w.frame[w.at:] }

// limit ends the frame n octets from here, where an inner length field says so
// and other octets than the IP packet's follow.
func (w *walk) limit(n int) {
	end := w.at + n
	w.frame = w.frame[:min(end, len(w.frame))]
	w.length = uint32(min(uint64(end), uint64(w.length)))
}

// cut is what a header function returns when its header is not all there.
func cut() (protocol, flow.Reason) { return 0, flow.ReasonTruncatedHeader }

// then is what a header function returns when the walk goes on.
func then(next protocol) (protocol, flow.Reason) { return next, flow.ReasonAccounted }
