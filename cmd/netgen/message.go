package main

import (
	"encoding/binary"
	"slices"
)

// beginDatagram starts a datagram with the header of its version. count is the
// number of records, templates included, which IPFIX does not say.
func (e *export) beginDatagram(now uint64, count int) {
	b := e.datagram[:0]
	seconds, up := uint32(beginning+now/second), uint32(uptime+now/1000)
	b = binary.BigEndian.AppendUint16(b, uint16(e.version))
	switch e.version {
	case versionNetFlow5:
		b = binary.BigEndian.AppendUint16(b, uint16(count))
		b = binary.BigEndian.AppendUint32(b, up)
		b = binary.BigEndian.AppendUint32(b, seconds)
		b = binary.BigEndian.AppendUint32(b, uint32(now%second*1000))
		b = binary.BigEndian.AppendUint32(b, uint32(e.truth.Records))
		b = append(b, 0, 0, 0, 0) // engine type and id, sampling
	case versionNetFlow9: // RFC 3954 section 5.1
		b = binary.BigEndian.AppendUint16(b, uint16(count))
		b = binary.BigEndian.AppendUint32(b, up)
		b = binary.BigEndian.AppendUint32(b, seconds)
		b = binary.BigEndian.AppendUint32(b, e.messages)
		b = binary.BigEndian.AppendUint32(b, observationDomain)
	case versionIPFIX: // RFC 7011 section 3.1
		b = append(b, 0, 0) // length, set by endDatagram
		b = binary.BigEndian.AppendUint32(b, seconds)
		b = binary.BigEndian.AppendUint32(b, uint32(e.truth.Records))
		b = binary.BigEndian.AppendUint32(b, observationDomain)
	}
	e.datagram, e.set = b, 0
	e.messages++
}

// beginSet starts a set of that id: a FlowSet, in the words of NetFlow 9.
func (e *export) beginSet(id uint16) {
	e.set = len(e.datagram)
	e.datagram = binary.BigEndian.AppendUint16(e.datagram, id)
	e.datagram = append(e.datagram, 0, 0) // length, set by endSet
}

// endSet puts the length into the header of the current set, if there is one.
// Sets are not padded.
func (e *export) endSet() {
	if e.set > 0 {
		binary.BigEndian.PutUint16(e.datagram[e.set+2:], uint16(len(e.datagram)-e.set))
	}
}

func (e *export) endDatagram(now uint64) {
	e.endSet()
	if e.version == versionIPFIX {
		binary.BigEndian.PutUint16(e.datagram[2:], uint16(len(e.datagram)))
	}
	e.transmit(now)
}

// The ids of the templates for each IP version.
const (
	templateIPv4 = 256
	templateIPv6 = 257
)

// templateSet is the set id that templates of a version have.
func templateSet(version int) uint16 {
	if version == versionNetFlow9 {
		return 0
	}
	return 2
}

// template is the layout of a data set: pairs of element number and length.
type template struct {
	id       uint16
	elements [][2]uint16
}

func (t template) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, t.id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(t.elements)))
	for _, e := range t.elements {
		b = binary.BigEndian.AppendUint16(b, e[0])
		b = binary.BigEndian.AppendUint16(b, e[1])
	}
	return b
}

// templates are the layouts that flowRecord.append writes. The element numbers
// are those of the IPFIX registry, which NetFlow 9 began.
func (e *export) templates() [2]template {
	var (
		// source, destination and next hop address, prefix lengths
		ipv4   = [3][2]uint16{{8, 4}, {12, 4}, {15, 4}}
		ipv6   = [3][2]uint16{{27, 16}, {28, 16}, {62, 16}}
		masks4 = [][2]uint16{{9, 1}, {13, 1}}
		masks6 = [][2]uint16{{29, 1}, {30, 1}}

		volumes = [][2]uint16{{10, 4}, {14, 4}, {2, 8}, {1, 8}} // interfaces, packets, octets
		uptimes = [][2]uint16{{22, 4}, {21, 4}}                 // sysUptime at first and last packet
		times   = [][2]uint16{{152, 8}, {153, 8}}               // milliseconds since 1970
		// ports, control bits, protocol, class of service, direction, AS numbers
		transport = [][2]uint16{{7, 2}, {11, 2}, {6, 1}, {4, 1}, {5, 1}, {61, 1}, {16, 4}, {17, 4}}
	)
	layout := func(addresses [3][2]uint16, masks [][2]uint16) [][2]uint16 {
		l, clock := addresses[:2], times
		if e.version == versionNetFlow9 {
			l, clock = addresses[:3], uptimes
		}
		return slices.Concat(l, volumes, clock, transport, masks)
	}
	return [2]template{
		{templateIPv4, layout(ipv4, masks4)},
		{templateIPv6, layout(ipv6, masks6)},
	}
}
