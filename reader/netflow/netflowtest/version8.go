package netflowtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// aggregate appends a record of one of the 14 schemes of version 8, as flow-tools
// lays them out.
func (e *Exporter) aggregate(b []byte, r *flow.Record) []byte {
	switch e.Scheme {
	case 6, 7, 8:
		return e.catalyst(b, r)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(r.Export.Flows))
	b = e.volumes(b, r)
	switch e.Scheme {
	case 1, 9, 2, 10:
		return e.withoutPrefix(b, r)
	case 3, 4, 11, 12:
		return e.onePrefix(b, r)
	}
	return e.twoPrefixes(b, r)
}

func (e *Exporter) withoutPrefix(b []byte, r *flow.Record) []byte {
	x, k := r.Export, &r.Key
	switch e.Scheme {
	case 1:
		return short(b, x.SourceAS, x.DestinationAS, x.InIf, x.OutIf)
	case 9:
		b = short(b, x.SourceAS, x.DestinationAS, x.InIf, x.OutIf)
		return append(b, k.ClassOfService, 0, 0, 0)
	case 2:
		b = append(b, k.Protocol, 0, 0, 0)
		return short(b, uint32(k.SourcePort), uint32(k.DestinationPort))
	}
	b = append(b, k.Protocol, k.ClassOfService, 0, 0)
	return short(b, uint32(k.SourcePort), uint32(k.DestinationPort), x.InIf, x.OutIf)
}

// onePrefix appends the rest of schemes 3, 4, 11 and 12. The octet behind the mask
// is padding in 3 and 4.
func (e *Exporter) onePrefix(b []byte, r *flow.Record) []byte {
	x, k := r.Export, &r.Key
	class := k.ClassOfService
	if e.Scheme < 9 {
		class = 0
	}
	if e.Scheme == 3 || e.Scheme == 11 {
		b = append(b, k.Source[12:]...)
		b = append(b, x.SourceMask, class)
		return short(b, x.SourceAS, x.InIf, 0)
	}
	b = append(b, k.Destination[12:]...)
	b = append(b, x.DestinationMask, class)
	return short(b, x.DestinationAS, x.OutIf, 0)
}

// twoPrefixes appends the rest of schemes 5, 13 and 14.
func (e *Exporter) twoPrefixes(b []byte, r *flow.Record) []byte {
	x, k := r.Export, &r.Key
	b = append(b, k.Source[12:]...)
	b = append(b, k.Destination[12:]...)
	if e.SourceMasksFirst {
		b = append(b, x.SourceMask, x.DestinationMask)
	} else {
		b = append(b, x.DestinationMask, x.SourceMask)
	}
	switch e.Scheme {
	case 5:
		b = append(b, 0, 0)
	case 13:
		b = append(b, k.ClassOfService, 0)
	case 14:
		b = append(b, k.ClassOfService, k.Protocol)
		b = short(b, uint32(k.SourcePort), uint32(k.DestinationPort))
		return short(b, x.InIf, x.OutIf)
	}
	return short(b, x.SourceAS, x.DestinationAS, x.InIf, x.OutIf)
}

// catalyst appends a whole record of schemes 6, 7 and 8, which do not count flows
// and have the destination in front.
func (e *Exporter) catalyst(b []byte, r *flow.Record) []byte {
	x, k := r.Export, &r.Key
	b = append(b, k.Destination[12:]...)
	if e.Scheme > 6 {
		b = append(b, k.Source[12:]...)
	}
	if e.Scheme == 8 {
		b = short(b, uint32(k.DestinationPort), uint32(k.SourcePort))
	}
	b = e.volumes(b, r)
	b = short(b, x.OutIf)
	const markedClass = 0
	switch e.Scheme {
	case 6:
		b = append(b, k.ClassOfService, markedClass)
	case 7:
		b = short(b, x.InIf)
		b = append(b, k.ClassOfService, markedClass, 0, 0)
	case 8:
		b = short(b, x.InIf)
		b = append(b, k.ClassOfService, k.Protocol, markedClass, 0)
	}
	b = append(b, 0, 0, 0, 0) // extra_pkts
	return append(b, e.Router[:]...)
}
