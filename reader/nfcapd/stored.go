package nfcapd

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// stored is a flow record as a file has it, of either layout, before it becomes
// rows. What is not in the record is 0.
type stored struct {
	exporter uint16 // ExporterInfo.ID
	engine   uint16 // engine type * 256 + engine id of the record itself
	sampled  bool   // nfcapd has multiplied the counters
	event    bool   // NSEL or NEL: the record tells of an event
	nsel     bool   // out counters are those of the reverse direction
	biflow   uint8  // biflowDirection (239)

	first, last, received, happened uint64 // milliseconds since 1970

	hasCounters           bool
	packets, octets       uint64
	outPackets, outOctets uint64
	protocol, tos         uint8
	tcpFlags              uint8
	endReason             uint8 // flowEndReason (136)
	minTTL, maxTTL        uint8
	sourcePort, destPort  uint16 // ICMP: type * 256 + code in destPort
	vlan, innerVLAN       uint16
	inMAC, outMAC         macs // in front of the exporter, behind it

	hasAddresses           bool
	version                uint8
	source, destination    [16]byte
	outerSource, outerDest [16]byte
	hasReceivedFrom        bool
	receivedFrom           [16]byte // the exporter's address

	export           *flow.Export // takes the rest
	unknownExtension bool         // hides what comes behind it, layout 1
	skippedElements  uint64       // elements and extensions without a column
}

// macs are the MAC addresses of a packet as numbers.
type macs struct{ source, destination uint64 }

// addresses4 takes source and destination of an IPv4 header.
func (s *stored) addresses4(b []byte) {
	s.addresses(4, flow.MappedIPv4(ipv4(b)), flow.MappedIPv4(ipv4(b[4:])))
}

// addresses6 takes source and destination of an IPv6 header.
func (s *stored) addresses6(b []byte) { s.addresses(6, ipv6(b), ipv6(b[16:])) }

// addresses takes the addresses of a header. Exporters that have one template for
// both IP versions leave those of the other one 0; if neither is 0 the first header
// is that of a tunnel (RFC 7011 section 8).
func (s *stored) addresses(version uint8, source, destination [16]byte) {
	if s.hasAddresses {
		if unspecified(source) && unspecified(destination) {
			return
		}
		if !unspecified(s.source) || !unspecified(s.destination) {
			s.tunnel(s.source, s.destination)
		}
	}
	s.hasAddresses, s.version, s.source, s.destination = true, version, source, destination
}

// tunnel takes the addresses of the outer header.
func (s *stored) tunnel(source, destination [16]byte) {
	s.outerSource, s.outerDest = source, destination
}

// unspecified says that an address is 0.0.0.0 or ::.
func unspecified(a [16]byte) bool {
	return a == [16]byte{} || a == flow.MappedIPv4([4]byte{})
}

// address4 and address6 give single addresses in the form of flow.Export.
func address4(b []byte) [16]byte { return flow.MappedIPv4(ipv4(b)) }
func address6(b []byte) [16]byte { return ipv6(b) }

// address sets an address of the export unless it is unspecified.
func (s *stored) address(to *[16]byte, field flow.Fields, a [16]byte) {
	if !unspecified(a) {
		*to = a
		s.export.Has |= field
	}
}

// interfaces takes ingress and egress interface.
func (s *stored) interfaces(in, out uint32) {
	s.export.InIf, s.export.OutIf = in, out
	s.export.Has |= flow.FieldInIf | flow.FieldOutIf
}

// masks takes the prefix lengths of source and destination.
func (s *stored) masks(source, destination uint8) {
	s.export.SourceMask, s.export.DestinationMask = source, destination
	s.export.Has |= flow.FieldSourceMask | flow.FieldDestinationMask
}

// direction takes flowDirection (61); 0 is ingress or not known.
func (s *stored) direction(d uint8) {
	if d == 1 {
		s.export.Direction = 1
		s.export.Has |= flow.FieldDirection
	}
}

// systems takes the autonomous systems of source and destination.
func (s *stored) systems(source, destination uint32) {
	s.export.SourceAS, s.export.DestinationAS = source, destination
	s.export.Has |= flow.FieldSourceAS | flow.FieldDestinationAS
}

// vrfs takes the ids of ingress and egress VRF.
func (s *stored) vrfs(ingress, egress uint32) {
	s.export.IngressVRF, s.export.EgressVRF = ingress, egress
	s.export.Has |= flow.FieldIngressVRF | flow.FieldEgressVRF
}

// labels takes ten MPLS label stack entries without TTL, 24 bits each in a number
// of 32 bits; the label is their upper 20 bits, and 0 ends the list.
func (s *stored) labels(b []byte) {
	e := s.export
	for e.LabelCount = 0; e.LabelCount < flow.MaxLabels; e.LabelCount++ {
		entry := binary.LittleEndian.Uint32(b[4*e.LabelCount:])
		if entry == 0 {
			break
		}
		e.Labels[e.LabelCount] = entry >> 4 & 0xfffff
	}
	if e.LabelCount > 0 {
		e.Has |= flow.FieldLabels
	}
}

// natPorts takes the translated ports; 0 is not told.
func (s *stored) natPorts(source, destination uint16) {
	if source != 0 {
		s.export.NATSourcePort = source
		s.export.Has |= flow.FieldNATSourcePort
	}
	if destination != 0 {
		s.export.NATDestinationPort = destination
		s.export.Has |= flow.FieldNATDestinationPort
	}
}

// natAddresses takes the translated addresses; unspecified ones are not told.
func (s *stored) natAddresses(source, destination [16]byte) {
	s.address(&s.export.NATSource, flow.FieldNATSource, source)
	s.address(&s.export.NATDestination, flow.FieldNATDestination, destination)
}

// natEvent takes natEvent (230).
func (s *stored) natEvent(event uint8) {
	s.event = true
	if event != 0 {
		s.export.NATEvent = event
		s.export.Has |= flow.FieldNATEvent
	}
}

// firewallEvent takes firewallEvent (233) of an NSEL record.
func (s *stored) firewallEvent(event uint8) {
	s.event, s.nsel = true, true
	if event != 0 {
		s.export.FirewallEvent = event
		s.export.Has |= flow.FieldFirewallEvent
	}
}

// forwarding takes forwardingStatus (89); 0 is not known.
func (s *stored) forwarding(status uint8) {
	if status != 0 {
		s.export.ForwardingStatus = status
		s.export.Has |= flow.FieldForwardingStatus
	}
}

// flows takes the number of flows that the record stands for; 0 is not told.
func (s *stored) flows(n uint64) {
	if n != 0 {
		s.export.Flows = n
		s.export.Has |= flow.FieldFlows
	}
}
