package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// MaxHeaders is the number of headers that are opened in front of the IP header:
// the link header, each tag, each label and each encapsulation count as one. Real
// frames have fewer than ten; 32 leaves room for odd ones and bounds the work for
// made-up ones. A frame whose IP header lies deeper is [flow.ReasonNotIP] with the
// protocol of the first header that was not opened.
//
// IPv6 extension headers have no such limit: each has at least eight octets, so
// the captured length bounds them.
const MaxHeaders = 32

// Options says what a [Decoder] reads besides the flow key.
type Options struct {
	// WithMAC asks for the MAC addresses of link layers that have both, in six
	// octets each: IEEE 802.3, 802.5, 802.11 and FDDI.
	WithMAC bool

	// FCSLength is the length in octets of the frame check sequence that the
	// original length of each frame includes, 0 to 255; 0 if there is none or
	// nobody knows (pcapng option if_fcslen, draft-ietf-opsawg-pcapng section 4.2).
	FCSLength int
}

// Decoder reads the frames of one capture interface. It is a value without
// pointers and may be copied; Decode does not change it.
type Decoder struct {
	first     protocol // the outermost header
	fcsLength uint32
	withMAC   bool
}

// NewDecoder gives the decoder for frames of a link type, numbered as in pcap and
// pcapng files (LINKTYPE_ values, draft-ietf-opsawg-pcaplinktype). Any number is
// valid; of link types that are not decoded every frame is
// [flow.ReasonUnsupportedLinkType].
func NewDecoder(linkType uint16, opts Options) Decoder {
	return Decoder{
		first:     linkHeader + protocol(linkType),
		fcsLength: uint32(min(max(opts.FCSLength, 0), 255)),
		withMAC:   opts.WithMAC,
	}
}

// Decode reads one frame. length is the frame's original length on the link in
// octets, at least len(frame).
//
// If the reason is [flow.ReasonAccounted], all fields of p.Key but Point and all
// fields of p.Meta but Input are set, whatever p held before. With any other
// reason these fields mean nothing. Decode leaves the rest of p alone.
//
// The detail is the link type for [flow.ReasonUnsupportedLinkType]; the network
// protocol for [flow.ReasonNotIP], numbered as [EtherTypeName] says; else 0.
func (d *Decoder) Decode(p *flow.Packet, frame []byte, length uint32) (reason flow.Reason, detail uint32) {
	length -= min(length, d.fcsLength)
	if uint64(len(frame)) > uint64(length) {
		frame = frame[:length] // what is behind is the frame check sequence
	}
	p.Meta = flow.Meta{Input: p.Meta.Input, WireOctets: length}

	// The way nearly all packets of nearly all captures go, without the walk.
	if d.first == linkEthernet && len(frame) >= ethernetLength {
		t, at := protocol(binary.BigEndian.Uint16(frame[12:])), ethernetLength
		if t == etherTypeVLAN && len(frame) >= ethernetLength+vlanLength {
			p.Meta.VLAN, p.Meta.Marks = binary.BigEndian.Uint16(frame[14:])&vlanID, flow.MarkVLAN
			t, at = protocol(binary.BigEndian.Uint16(frame[16:])), ethernetLength+vlanLength
		}
		if t == etherTypeIPv4 || t == etherTypeIPv6 {
			if d.withMAC {
				setMAC(p, frame[0:6], frame[6:12])
			}
			if t == etherTypeIPv4 && usual(p, frame[at:]) {
				return flow.ReasonAccounted, 0
			}
			return internet(p, frame[at:], length-uint32(at)), 0
		}
		p.Meta.VLAN, p.Meta.Marks = 0, 0
	} else if at, ok := d.network(frame); ok {
		if usual(p, frame[at:]) {
			return flow.ReasonAccounted, 0
		}
		return internet(p, frame[at:], length-uint32(at)), 0
	}
	w := walk{packet: p, frame: frame, length: length, withMAC: d.withMAC}
	return w.run(d.first)
}

// setMAC notes the addresses of the link header, destination first as on the link.
func setMAC(p *flow.Packet, destination, source []byte) {
	p.Meta.DestinationMAC = [6]byte(destination)
	p.Meta.SourceMAC = [6]byte(source)
	p.Meta.Marks |= flow.MarkMAC
}
