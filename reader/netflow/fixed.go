package netflow

import (
	"encoding/binary"

	"netstream/reader/element"
)

// Layouts of records of the fixed versions, as rows of information elements. What
// no element stands for is padding. Offsets and widths are those of flow-tools and
// nfdump, and for version 5 those of Cisco's "NetFlow Export Datagram Format".

// octets of records.
const (
	recordVersion1 = 48
	recordVersion5 = 48
	recordVersion6 = 52
	recordVersion7 = 52
)

func field(number, length uint16) element.Field {
	return element.Field{ID: element.IANA(number), Length: length}
}

func padding(length uint16) element.Field { return field(paddingOctets, length) }

// layoutCommon is octets 0 to 35, which versions 1, 5, 6 and 7 share.
func layoutCommon() []element.Field {
	return []element.Field{
		field(sourceIPv4Address, 4), field(destinationIPv4Address, 4), field(ipNextHopIPv4Address, 4),
		field(ingressInterface, 2), field(egressInterface, 2),
		field(packetDeltaCount, 4), field(octetDeltaCount, 4),
		field(flowStartSysUpTime, 4), field(flowEndSysUpTime, 4),
		field(sourceTransportPort, 2), field(destinationTransportPort, 2),
	}
}

// layoutFixed gives the record of version 1, 5, 6 or 7.
func layoutFixed(version uint16) []element.Field {
	fields := layoutCommon()
	if version == 1 {
		return append(fields, padding(2), field(protocolIdentifier, 1), field(ipClassOfService, 1),
			field(tcpControlBits, 1), padding(recordVersion1-41))
	}
	fields = append(fields, padding(1), field(tcpControlBits, 1), field(protocolIdentifier, 1), field(ipClassOfService, 1),
		field(bgpSourceAsNumber, 2), field(bgpDestinationAsNumber, 2),
		field(sourceIPv4PrefixLength, 1), field(destinationIPv4PrefixLength, 1))
	switch version {
	case 6:
		return append(fields, padding(recordVersion6-46)) // in_encaps, out_encaps, peer_nexthop
	case 7:
		return append(fields, padding(recordVersion7-46)) // flags, router_sc
	}
	return append(fields, padding(recordVersion5-46))
}

// recordOctets gives the length of a record of a version whose layout is fixed; 0
// if version or scheme are not known.
func recordOctets(version uint16, scheme uint8) int {
	switch version {
	case 1:
		return recordVersion1
	case 5:
		return recordVersion5
	case 6:
		return recordVersion6
	case 7:
		return recordVersion7
	case 8:
		return schemeOctets(scheme)
	}
	return 0
}

// beginFixed prepares the reading of a message of version 1 or 5 to 8. A count
// beyond the octets that are there, or short of them, is remarked: what is there
// decides.
func (d *Decoder) beginFixed(h *header, message []byte) *Error {
	octets, at := recordOctets(h.version, h.scheme), headerOctets(h.version)
	if octets == 0 {
		return &Error{Reason: UnknownVersion, Version: h.version, Offset: 22, Got: uint64(h.scheme), Want: "an aggregation of 1 to 14"}
	}
	if h.version == 8 && h.schemeForm != schemeForm {
		d.summary.Remarks[UnknownAggregation]++
	}
	there := (len(message) - at) / octets
	records := min(int(h.count), there)
	switch {
	case records < int(h.count):
		d.summary.Remarks[CountMismatch]++
	case len(message) > at+records*octets:
		d.summary.Remarks[TrailingOctets]++
	}
	d.summary.SetOctets = uint64(records * octets)
	t := d.fixedTemplate(h.version, h.scheme)
	s := d.addSet()
	s.kind, s.template, s.body, s.offset = setData, t, message[at:at+records*octets], at
	return nil
}

// fixedTemplate gives the template that stands for a fixed layout.
func (d *Decoder) fixedTemplate(version uint16, scheme uint8) *template {
	index, swapped := int(version), false
	if version == 8 {
		index = 8 + int(scheme)
		if d.maskOrder(d.stream) == SourceFirst {
			index, swapped = index+schemes, true
		}
	}
	if d.fixed[index] != nil {
		return d.fixed[index]
	}
	t := &template{}
	if version == 8 {
		t.fields = layoutScheme(scheme, swapped)
	} else {
		t.fields = layoutFixed(version)
	}
	t.layout = layoutOf(t.fields)
	d.fixed[index] = t
	return t
}

// plausible says whether what follows looks like the header of a message, of which
// a set could be taken for one and the other way round.
func plausible(prefix []byte) bool {
	if len(prefix) < 4 {
		return false
	}
	version, count := binary.BigEndian.Uint16(prefix), binary.BigEndian.Uint16(prefix[2:])
	switch version {
	case versionIPFIX:
		return count >= headerIPFIX
	case 1, 5, 6, 7, 8:
		return count <= maxCount
	case 9:
		return true
	}
	return false
}

// maxCount is the largest count of records that a message of a fixed version is
// believed to have: the most that fit into a datagram, which is 64 KiB.
const maxCount = MaxMessage / 28
