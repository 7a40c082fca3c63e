package netflow

import (
	"encoding/binary"
	"math/bits"

	"netstream/reader/element"
)

const (
	schemes    = 14 // aggregation schemes of version 8
	schemeForm = 2  // the aggregation version that all known exporters send
)

// MaskOrder says which mask comes first in version 8 records of schemes 5, 13 and
// 14. flow-tools has the destination's first, Wireshark the source's, and routers
// can be configured to do either.
type MaskOrder uint8

// The orders.
const (
	MaskOrderAuto    MaskOrder = iota // the one that more records of the stream agree with; the destination's if both are even
	DestinationFirst                  // the destination's mask first
	SourceFirst                       // the source's mask first
)

// schemeOctets gives the length of a record of an aggregation scheme; 0 if it is
// not known.
func schemeOctets(scheme uint8) int {
	switch scheme {
	case 1, 2:
		return 28
	case 3, 4, 6, 9, 10, 11, 12:
		return 32
	case 5, 7, 13, 14:
		return 40
	case 8:
		return 44
	}
	return 0
}

// layoutScheme gives the record of an aggregation scheme. swapped says that the
// source's mask comes before the destination's.
func layoutScheme(scheme uint8, swapped bool) []element.Field {
	switch scheme {
	case 6, 7, 8:
		return layoutCatalyst(scheme)
	}
	return append([]element.Field{
		field(deltaFlowCount, 4), field(packetDeltaCount, 4), field(octetDeltaCount, 4),
		field(flowStartSysUpTime, 4), field(flowEndSysUpTime, 4),
	}, layoutKeys(scheme, swapped)...)
}

// layoutKeys gives octets 20 and on of all schemes but 6 to 8.
func layoutKeys(scheme uint8, swapped bool) []element.Field {
	sourceAS, destinationAS := field(bgpSourceAsNumber, 2), field(bgpDestinationAsNumber, 2)
	input, output := field(ingressInterface, 2), field(egressInterface, 2)
	source, destination := field(sourceIPv4Prefix, 4), field(destinationIPv4Prefix, 4)
	sourceMask, destinationMask := field(sourceIPv4PrefixLength, 1), field(destinationIPv4PrefixLength, 1)
	maskA, maskB := destinationMask, sourceMask
	if swapped {
		maskA, maskB = sourceMask, destinationMask
	}
	protocol, service := field(protocolIdentifier, 1), field(ipClassOfService, 1)
	sourcePort, destinationPort := field(sourceTransportPort, 2), field(destinationTransportPort, 2)
	switch scheme {
	case 1:
		return []element.Field{sourceAS, destinationAS, input, output}
	case 2:
		return []element.Field{protocol, padding(3), sourcePort, destinationPort}
	case 3:
		return []element.Field{source, sourceMask, padding(1), sourceAS, input, padding(2)}
	case 4:
		return []element.Field{destination, destinationMask, padding(1), destinationAS, output, padding(2)}
	case 5:
		return []element.Field{source, destination, maskA, maskB, padding(2), sourceAS, destinationAS, input, output}
	case 9:
		return []element.Field{sourceAS, destinationAS, input, output, service, padding(3)}
	case 10:
		return []element.Field{protocol, service, padding(2), sourcePort, destinationPort, input, output}
	case 11:
		return []element.Field{source, sourceMask, service, sourceAS, input, padding(2)}
	case 12:
		return []element.Field{destination, destinationMask, service, destinationAS, output, padding(2)}
	case 13:
		return []element.Field{source, destination, maskA, maskB, service, padding(1), sourceAS, destinationAS, input, output}
	case 14:
		return []element.Field{source, destination, maskA, maskB, service, protocol, sourcePort, destinationPort, input, output}
	}
	return nil
}

// layoutCatalyst gives the records of schemes 6 to 8, of which Catalyst switches
// are the exporters. marked_tos, extra_pkts and router_sc are padding here.
func layoutCatalyst(scheme uint8) []element.Field {
	counters := []element.Field{
		field(packetDeltaCount, 4), field(octetDeltaCount, 4), field(flowStartSysUpTime, 4), field(flowEndSysUpTime, 4),
	}
	source, destination := field(sourceIPv4Address, 4), field(destinationIPv4Address, 4)
	input, output := field(ingressInterface, 2), field(egressInterface, 2)
	service := field(ipClassOfService, 1)
	switch scheme {
	case 6:
		return append(append([]element.Field{destination}, counters...), output, service, padding(9))
	case 7:
		return append(append([]element.Field{destination, source}, counters...), output, input, service, padding(11))
	}
	fields := []element.Field{destination, source, field(destinationTransportPort, 2), field(sourceTransportPort, 2)}
	return append(append(fields, counters...), output, input, service, field(protocolIdentifier, 1), padding(10))
}

// maskOrder gives the order of masks that is in force for a stream.
func (d *Decoder) maskOrder(s *stream) MaskOrder {
	if d.options.MaskOrder != MaskOrderAuto {
		return d.options.MaskOrder
	}
	if s.sourceFirst > s.destinationFirst {
		return SourceFirst
	}
	return DestinationFirst
}

// twoMasks says whether a scheme's records have two masks.
func twoMasks(scheme uint8) bool { return scheme == 5 || scheme == 13 || scheme == 14 }

// voteMasks counts which orders of masks a message's records agree with: under the
// right one no prefix has bits set below its mask. Records that agree with both
// orders or with none say nothing.
func (s *stream) voteMasks(scheme uint8, body []byte) {
	octets := schemeOctets(scheme)
	for ; len(body) >= octets; body = body[octets:] {
		destinationFirst := masksFit(body, 29, 28)
		sourceFirst := masksFit(body, 28, 29)
		switch {
		case destinationFirst && !sourceFirst:
			s.destinationFirst++
		case sourceFirst && !destinationFirst:
			s.sourceFirst++
		}
	}
}

// masksFit says whether neither prefix of a record has bits set below its mask.
func masksFit(record []byte, sourceMask, destinationMask int) bool {
	return maskFits(record[20:], record[sourceMask]) && maskFits(record[24:], record[destinationMask])
}

func maskFits(prefix []byte, mask uint8) bool {
	return mask <= 32 && 32-bits.TrailingZeros32(binary.BigEndian.Uint32(prefix)) <= int(mask)
}

// contradictMasks counts the records that only the order that is not in force
// explains.
func (d *Decoder) contradictMasks(scheme uint8, body []byte) {
	probe := stream{}
	probe.voteMasks(scheme, body)
	if d.maskOrder(d.stream) == SourceFirst {
		d.summary.Remarks[MaskContradiction] += probe.destinationFirst
	} else {
		d.summary.Remarks[MaskContradiction] += probe.sourceFirst
	}
}
