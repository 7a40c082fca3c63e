package table

import (
	"crypto/sha256"
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/writer/oneblock"
)

// FlowID gives the flow_id of a flow that this program has metered: the first 8 octets of the SHA-256
// of the encoding below, as a big endian number with the top bit cleared, so
// that it is from 0 to 2^63-1. Numbers are big endian:
//
//	octets   field
//	1        IP version
//	4 or 16  source address: 4 if the version is 4
//	4 or 16  destination address, likewise
//	1        1 if the ports are known, else 0
//	2        source port, 0 if there are no ports
//	2        destination port, 0 if there are no ports
//	1        protocol
//	1        ToS
//	8        flow start, nanoseconds since the Unix epoch, two's complement
//	4        ordinal
//	rest     name of the observation point, none for the nameless one
//
// Of what runs inside a tunnel the first octet has 64 added, and in front of the
// name stand the tunnel type (1, numbered as flow.TunnelType), 1 if the tunnel has an
// identifier, else 0 (1), the identifier, or 0 (4), the version of the outer IP
// header, or 0 (1), its source and its destination address (16 each, IPv4 in
// IPv4-mapped form).
//
// Of flows whose key holds more than the 7-tuple the first octet has 32 added, and in
// front of the name, behind the tunnel, stand the fields that the flow has of those
// (4, the bits of flow.KeyFields), the prefix lengths of the source and the
// destination address (1 each), VLAN and inner VLAN (2 each), three MPLS labels (4
// each), source and destination hardware address (6 each), flow label (4) and TCP
// flags (2), each 0 if the flow does not have it in its key. Where the 7-tuple has a
// member that the key has not, the octet of the ports holds the shape of the key
// (flow.Shape), and the member is 0. The EtherType (2) follows if the flow has it.
//
// Where the interface index or the direction is known, the first octet has 16 added, and
// in front of the name, behind all else, stand the direction, numbered as flow.Direction
// (1), 1 if the index is known, else 0 (1), the index, or 0 (4), the length of its name
// (2) and the name. So packets that are seen on their way in and out have two
// identifiers, and flows of which neither is known the one that they have without.
//
// Among n records two have the same identifier with a probability of about
// n^2 / 2^64: 1 in 18,000 for 32 million records.
func FlowID(k *flow.Key, point *flow.Point, start flow.Timestamp, ordinal uint32) int64 {
	var fixed [1 + 16 + 16 + 1 + 2 + 2 + 1 + 1 + 8 + 4 + 64]byte // room for the usual names: nothing is allocated
	sum := sha256.Sum256(appendFlow(fixed[:0], k, point, start, ordinal))
	return identify(sum[:])
}

// appendFlow appends the encoding of a flow that this program has metered.
func appendFlow(b []byte, k *flow.Key, point *flow.Point, start flow.Timestamp, ordinal uint32) []byte {
	b = appendKey(b, k, k.Version)
	b = binary.BigEndian.AppendUint64(b, uint64(start))
	b = binary.BigEndian.AppendUint32(b, ordinal)
	if e := &point.Inside; e.Tunnel != flow.TunnelNone {
		b[0] |= 0x40
		b = appendEncapsulation(b, e)
	}
	if f := &point.Flexible; f.Has != 0 {
		b[0] |= 0x20
		b = appendFlexible(b, f)
	}
	if point.HasIndex || point.Direction != flow.DirectionUnknown {
		b[0] |= 0x10
		b = appendWay(b, point)
	}
	return append(b, point.Interface...)
}

// appendKey appends what encodings begin with: first, and the members of the key.
func appendKey(b []byte, k *flow.Key, first uint8) []byte {
	b = append(b, first)
	if k.Version == 4 {
		b = append(b, k.Source[12:]...)
		b = append(b, k.Destination[12:]...)
	} else {
		b = append(b, k.Source[:]...)
		b = append(b, k.Destination[:]...)
	}
	b = append(b, byte(k.Shape))
	b = binary.BigEndian.AppendUint16(b, k.SourcePort)
	b = binary.BigEndian.AppendUint16(b, k.DestinationPort)
	return append(b, k.Protocol, k.ClassOfService)
}

func appendWay(b []byte, p *flow.Point) []byte {
	known := byte(0)
	if p.HasIndex {
		known = 1
	}
	b = binary.BigEndian.AppendUint32(append(b, byte(p.Direction), known), p.Index)
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.IndexName)))
	return append(b, p.IndexName...)
}

func appendEncapsulation(b []byte, e *flow.Encapsulation) []byte {
	known := byte(0)
	if e.HasID {
		known = 1
	}
	b = binary.BigEndian.AppendUint32(append(b, byte(e.Tunnel), known), e.ID)
	b = append(b, e.OuterVersion)
	b = append(b, e.OuterSource[:]...)
	return append(b, e.OuterDestination[:]...)
}

func appendFlexible(b []byte, f *flow.Flexible) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(f.Has))
	b = append(b, f.SourceMask, f.DestinationMask)
	b = binary.BigEndian.AppendUint16(b, f.VLAN)
	b = binary.BigEndian.AppendUint16(b, f.InnerVLAN)
	for _, label := range f.MPLS {
		b = binary.BigEndian.AppendUint32(b, label)
	}
	b = append(b, f.SourceMAC[:]...)
	b = append(b, f.DestinationMAC[:]...)
	b = binary.BigEndian.AppendUint32(b, f.FlowLabel)
	b = binary.BigEndian.AppendUint16(b, f.TCPFlags)
	if f.Has&flow.KeyEtherType != 0 {
		b = binary.BigEndian.AppendUint16(b, f.EtherType)
	}
	return b
}

// Bits of the octet that says what an exported flow's encoding holds.
const (
	idInIf         = 1 << iota // the ingress interface is known
	idOutIf                    // the egress interface is known
	idDirection                // the direction is known
	idExporterIPv4             // the exporter's address is known, 4 octets
	idExporterIPv6             // the exporter's address is known, 16 octets
)

// ExportedFlowID gives the flow_id of a record that came from an exporter, which
// takes more than that of a metered flow: exporters meter the same packets at
// several interfaces, and their clocks may give many flows the same start. It is
// made as FlowID says, of the encoding
//
//	octets   field
//	1        IP version, 0 if it is not known, with the top bit set
//	4 or 16  source address: 4 if the version is 4; 0 if it is not known
//	4 or 16  destination address, likewise
//	1        shape of the key (flow.Shape): what of it is known
//	2        source port, 0 if it is not known
//	2        destination port, likewise
//	1        protocol, likewise
//	1        ToS, likewise
//	8        flow start, nanoseconds since the Unix epoch, two's complement
//	8        flow end, likewise
//	4        ordinal
//	1        what follows is known: 1 ingress interface, 2 egress interface,
//	         4 direction, 8 IPv4 address of the exporter, 16 IPv6 address
//	4        ingress interface, 0 if it is not known
//	4        egress interface, likewise
//	1        direction, likewise
//	4        observation domain
//	0, 4, 16 address of the exporter
//	rest     name of the observation point's interface
//
// The top bit of the first octet keeps these encodings apart from those of metered
// flows.
func ExportedFlowID(r *flow.Record, point *flow.Point) int64 {
	var fixed [1 + 16 + 16 + 1 + 2 + 2 + 1 + 1 + 8 + 8 + 4 + 1 + 4 + 4 + 1 + 4 + 16 + 32]byte
	sum := sha256.Sum256(appendExported(fixed[:0], r, point))
	return identify(sum[:])
}

// appendExported appends the encoding of a flow that came from an exporter.
func appendExported(b []byte, r *flow.Record, point *flow.Point) []byte {
	b = appendKey(b, &r.Key, r.Key.Version|0x80)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Start))
	b = binary.BigEndian.AppendUint64(b, uint64(r.End))
	b = binary.BigEndian.AppendUint32(b, r.Ordinal)
	b = appendDevice(b, r.Export, point)
	return append(b, point.Interface...)
}

// appendDevice appends what an exported flow's encoding holds of the exporter.
func appendDevice(b []byte, e *flow.Export, point *flow.Point) []byte {
	var known, direction byte
	var inIf, outIf uint32
	if e.Has&flow.FieldInIf != 0 {
		known, inIf = known|idInIf, e.InIf
	}
	if e.Has&flow.FieldOutIf != 0 {
		known, outIf = known|idOutIf, e.OutIf
	}
	if e.Has&flow.FieldDirection != 0 {
		known, direction = known|idDirection, e.Direction
	}
	exporter := point.Exporter.Unmap()
	switch {
	case exporter.Is4():
		known |= idExporterIPv4
	case exporter.Is6():
		known |= idExporterIPv6
	}
	b = append(b, known)
	b = binary.BigEndian.AppendUint32(b, inIf)
	b = binary.BigEndian.AppendUint32(b, outIf)
	b = append(b, direction)
	b = binary.BigEndian.AppendUint32(b, point.Domain)
	switch {
	case exporter.Is4():
		address := exporter.As4()
		b = append(b, address[:]...)
	case exporter.Is6():
		address := exporter.As16()
		b = append(b, address[:]...)
	}
	return b
}

// identify gives the 63 bits of the hash of an encoding.
func identify(hash []byte) int64 { return identity(binary.BigEndian.Uint64(hash)) }

// identity is identify of the first 8 octets of the hash, as a big endian number.
func identity(first uint64) int64 { return int64(first &^ (1 << 63)) }

// flowIDs gives the flow_id of many rows.
func flowIDs(points *observedPoints) func(dst []int64, rows *Rows[flow.Record]) {
	return func(dst []int64, rows *Rows[flow.Record]) {
		if rows.flows == nil {
			rows.flows = oneblock.NewSHA256()
		}
		hashed := rows.flows
		done := 0
		for i := range rows.All {
			r := &rows.All[i]
			point := &points.at(r.Key.Point).Point
			b := hashed.Begin()
			if r.Export != nil {
				b = appendExported(b, r, point)
			} else {
				b = appendFlow(b, &r.Key, point, r.Start, r.Ordinal)
			}
			if hashed.End(b); !hashed.Full() && i < len(rows.All)-1 {
				continue
			}
			for _, sum := range hashed.Sums() {
				dst[done] = identity(sum.High)
				done++
			}
		}
	}
}
