package netflowtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Fixed gives the messages of versions 1, 5, 6, 7 and 8 that export records at a
// time. Without records it gives one message with a count of 0.
func (e *Exporter) Fixed(at flow.Timestamp, records []flow.Record) [][]byte {
	var messages [][]byte
	for _, run := range split(records, e.limit()) {
		b := e.header(at, len(run))
		if e.Version != 1 {
			b = e.afterTime(b, len(run))
		}
		for i := range run {
			if e.Version == 8 {
				b = e.aggregate(b, &run[i])
			} else {
				b = e.record(b, &run[i])
			}
		}
		messages = append(messages, b)
	}
	return messages
}

// afterTime appends what the header has behind the time.
func (e *Exporter) afterTime(b []byte, records int) []byte {
	b = binary.BigEndian.AppendUint32(b, e.next(records, true))
	switch e.Version {
	case 5:
		b = binary.BigEndian.AppendUint16(b, uint16(e.Domain))
		return binary.BigEndian.AppendUint16(b, e.Sampling)
	case 6:
		b = binary.BigEndian.AppendUint16(b, uint16(e.Domain))
		return append(b, 0, 0)
	case 8:
		const aggregationVersion = 2
		b = binary.BigEndian.AppendUint16(b, uint16(e.Domain))
		return append(b, e.Scheme, aggregationVersion, 0, 0, 0, 0)
	}
	return append(b, 0, 0, 0, 0)
}

// record appends a record of version 1, 5, 6 or 7. Their first 36 octets are the
// same.
func (e *Exporter) record(b []byte, r *flow.Record) []byte {
	x := r.Export
	b = append(b, r.Key.Source[12:]...)
	b = append(b, r.Key.Destination[12:]...)
	b = append(b, x.NextHop[12:]...)
	b = short(b, x.InIf, x.OutIf)
	b = e.volumes(b, r)
	b = short(b, uint32(r.Key.SourcePort), uint32(r.Key.DestinationPort))
	if e.Version == 1 {
		b = append(b, 0, 0, r.Key.Protocol, r.Key.ClassOfService, byte(r.TCPFlags))
		return append(b, make([]byte, 7)...) // retransmissions and reserved
	}
	b = append(b, 0, byte(r.TCPFlags), r.Key.Protocol, r.Key.ClassOfService)
	b = short(b, x.SourceAS, x.DestinationAS)
	b = append(b, x.SourceMask, x.DestinationMask, 0, 0)
	switch e.Version {
	case 6:
		b = append(b, x.BGPNextHop[12:]...)
	case 7:
		b = append(b, e.Router[:]...)
	}
	return b
}

// volumes appends dPkts, dOctets, First and Last.
func (e *Exporter) volumes(b []byte, r *flow.Record) []byte {
	for _, v := range [...]uint32{
		uint32(r.Counters.Packets), uint32(r.Counters.Octets), e.uptime(r.Start), e.uptime(r.End),
	} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// short appends the low 16 bits of numbers.
func short(b []byte, values ...uint32) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}
