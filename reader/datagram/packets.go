package datagram

import (
	"io"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/header"
)

// FrameSource gives the frames of a capture, as [capture.Reader] does.
type FrameSource interface {
	Next(*capture.Frame) error
	Interfaces() []capture.Interface
}

// Packets reads the messages that the packets of a capture carry: over UDP those
// of all versions, over TCP and SCTP IPFIX (RFC 7011 section 10). It looks through
// the link layers that package header opens; tunnels stay closed.
//
// # What is a message
//
// The payload of a UDP datagram is a message if Measure finds that it has exactly
// the datagram's length, but for up to [MaxPadding] zero octets. Several messages
// in one datagram are read if all are IPFIX. Ports mean nothing for that. A
// datagram that begins like a message and has another length is delivered as it
// is, for the decoder to say what is wrong, if the same source has sent whole
// messages to the same destination and port before, or the port is one of 2055,
// 4739, 9995 and 9996. A wrong UDP checksum is counted and no more: captures of the
// sender have unfinished ones.
//
// A TCP connection is followed if its first octets are an IPFIX message header
// and set header, or, where the capture does not have its start, if a segment
// begins with them. Segments are put in order, what came twice is read once, and
// where octets are missing for good, reading goes on at the next place that looks
// like a message behind which another one follows. An SCTP association is judged
// by the first user message; user messages are delivered when they are complete,
// which can be out of order.
//
// Packets is not safe for concurrent use.
type Packets struct {
	source  FrameSource
	measure Measure
	frame   capture.Frame
	packet  flow.Packet
	now     flow.Timestamp // the latest valid capture time

	found     []Message // in the latest frame
	delivered int       // how many of them
	scratch   []byte    // SCTP messages put together from the latest frame

	fragments   fragments
	connections connections
	streams     map[endpoints]struct{} // that have carried whole messages, without source port
	latest      endpoints              // of the streams

	selects func(*capture.Frame) (bool, error) // nil selects all

	fates fates
	tally PacketTally
	ended bool
}

// endpoints are source and destination of a packet.
type endpoints struct {
	source, destination         [16]byte
	sourcePort, destinationPort uint16
	version                     uint8
}

// NewPackets gives a reader of the messages in the frames of source.
func NewPackets(source FrameSource, measure Measure) *Packets {
	return &Packets{source: source, measure: measure, streams: make(map[endpoints]struct{})}
}

// Select has only those frames looked at that a function selects; the others are
// OutcomeFiltered. If it fails, so does Next. It must be called before the first
// Next.
func (r *Packets) Select(selects func(*capture.Frame) (bool, error)) { r.selects = selects }

// Next reads the next message into m. It returns
//
//   - nil: m is filled.
//   - io.EOF: the capture has ended.
//   - another error: what the source has returned, or what selects frames, unchanged.
//     The next call goes on.
func (r *Packets) Next(m *Message) error {
	for {
		if r.delivered < len(r.found) {
			*m = r.found[r.delivered]
			r.delivered++
			r.tally.Messages++
			r.tally.MessageOctets += uint64(len(m.Data))
			m.Number = r.tally.Messages
			return nil
		}
		r.found, r.delivered, r.scratch = r.found[:0], 0, r.scratch[:0]
		if r.ended {
			return io.EOF
		}
		switch err := r.source.Next(&r.frame); err {
		case nil:
			if err := r.choose(); err != nil {
				return err
			}
		case io.EOF:
			r.end()
		default:
			return err
		}
	}
}

// Outcomes gives the frames of all outcomes that occurred, by outcome and detail.
// Once Next has returned io.EOF, their packets add up to the frames read. Before
// that, frames are missing whose outcome the following ones will tell.
func (r *Packets) Outcomes() []OutcomeFrames { return r.fates.list() }

// Tally gives the account so far. It is complete once Next has returned io.EOF.
func (r *Packets) Tally() PacketTally { return r.tally }

// choose takes the frame that was just read if it is selected.
func (r *Packets) choose() error {
	if r.selects != nil {
		selected, err := r.selects(&r.frame)
		if err != nil {
			return err
		}
		if !selected {
			f := &r.frame
			r.fates.add(OutcomeFiltered, 0, one(f, f.Length-min(f.Length, uint32(max(0, f.FCSLength)))))
			return nil
		}
	}
	r.take()
	return nil
}

// take looks what the frame that was just read carries.
func (r *Packets) take() {
	f := &r.frame
	if f.TimeValid {
		r.now = f.Time
	}
	decoder := header.NewDecoder(r.source.Interfaces()[f.Interface].LinkType, header.Options{FCSLength: int(f.FCSLength)})
	octets, reason, detail := decoder.Open(&r.packet, f.Data, f.Length)
	frames := one(f, r.packet.Meta.WireOctets)
	if reason != flow.ReasonAccounted {
		r.fates.add(refused(reason), detail, frames)
		return
	}
	length := int(min(r.packet.Meta.Octets, 1<<31-1))
	var p ipPayload
	if r.packet.Key.Version == 4 {
		p = ipv4Payload(octets, length)
	} else {
		p = ipv6Payload(octets, length)
	}
	switch p.protocol {
	case protocolUDP, protocolTCP, protocolSCTP, protocolDestination, protocolAuthentication:
		if p.fragment && !r.fragment(&p, &frames) {
			return
		}
	}
	r.transport(&p, frames)
}

// transport looks into a whole IP payload. frames are those that carried it.
func (r *Packets) transport(p *ipPayload, frames Frames) {
	switch {
	case p.fragment:
		r.fates.add(OutcomeNotExport, 0, frames)
	case p.protocol == protocolUDP:
		r.udp(p, frames)
	case p.protocol == protocolTCP:
		r.tcp(p, frames)
	case p.protocol == protocolSCTP:
		r.sctp(p, frames)
	default:
		r.fates.add(OutcomeNotExport, 0, frames)
	}
}

// end settles what is still waiting when no frame is left.
func (r *Packets) end() {
	r.ended = true
	for r.fragments.oldest != nil {
		r.giveUpDatagram(r.fragments.oldest)
	}
	for r.connections.oldest != nil {
		r.forget(r.connections.oldest)
	}
}

// endpoints gives source and destination of the frame's packet.
func (r *Packets) endpoints(sourcePort, destinationPort uint16) endpoints {
	key := &r.packet.Key
	return endpoints{key.Source, key.Destination, sourcePort, destinationPort, key.Version}
}

// deliver notes a message that the latest frame has completed.
func (r *Packets) deliver(e *endpoints, octets []byte) {
	r.found = append(r.found, Message{
		Exporter:      address(&e.source, e.version),
		Port:          e.sourcePort,
		Collector:     address(&e.destination, e.version),
		CollectorPort: e.destinationPort,
		Received:      r.frame.Time,
		ReceivedValid: r.frame.TimeValid,
		Data:          octets[:len(octets):len(octets)],
		Offset:        r.frame.Offset,
		Packet:        r.frame.Number,
	})
}

func address(a *[16]byte, version uint8) netip.Addr {
	if version == 4 {
		return netip.AddrFrom4([4]byte(a[12:]))
	}
	return netip.AddrFrom16(*a)
}
