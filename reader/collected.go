package reader

import "net/netip"

// collected gives the streams of an nfcapd file: the exporters that it names, and
// those of its records. The messages are gone, so there is little to say of each.
func (e *Exports) collected() []Stream {
	type source struct {
		exporter netip.Addr
		domain   uint32
	}
	streams := make(map[source]*Stream)
	of := func(exporter netip.Addr, domain uint32) *Stream {
		key := source{exporter, domain}
		if streams[key] == nil {
			streams[key] = &Stream{Exporter: exporter, Domain: domain}
		}
		return streams[key]
	}
	for _, known := range e.nfcapd.Exporters() {
		s := of(e.options.Anonymize.Addr(known.Address), known.Domain)
		s.Messages += known.Packets
		s.Sequence.Gaps += known.SequenceFailures
	}
	for number, rows := range e.points {
		point := e.options.Points.Point(number)
		s := of(point.Exporter, point.Domain)
		s.Rows += rows
		s.FlowRecords += rows
	}
	list := make([]Stream, 0, len(streams))
	for _, s := range streams {
		list = append(list, *s)
	}
	sortStreams(list)
	return list
}
