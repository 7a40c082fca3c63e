package table

import (
	"crypto/sha256"
	"encoding/binary"

	"netstream/aggregate/flow"
)

// FlowID gives the flow_id of a flow record: the first 8 octets of the SHA-256
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
// Among n records two have the same identifier with a probability of about
// n^2 / 2^64: 1 in 18,000 for 32 million records.
func FlowID(k *flow.Key, point string, start flow.Timestamp, ordinal uint32) int64 {
	var fixed [1 + 16 + 16 + 1 + 2 + 2 + 1 + 1 + 8 + 4 + 64]byte // room for the usual names: nothing is allocated
	b := append(fixed[:0], k.Version)
	source, destination := k.Source[:], k.Destination[:]
	if k.Version == 4 {
		source, destination = source[12:], destination[12:]
	}
	b = append(b, source...)
	b = append(b, destination...)
	b = append(b, byte(k.Shape))
	b = binary.BigEndian.AppendUint16(b, k.SourcePort)
	b = binary.BigEndian.AppendUint16(b, k.DestinationPort)
	b = append(b, k.Protocol, k.ClassOfService)
	b = binary.BigEndian.AppendUint64(b, uint64(start))
	b = binary.BigEndian.AppendUint32(b, ordinal)
	b = append(b, point...)
	sum := sha256.Sum256(b)
	return int64(binary.BigEndian.Uint64(sum[:8]) &^ (1 << 63))
}
