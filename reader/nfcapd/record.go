package nfcapd

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// The types of records (id.h and nffileV2.h of nfdump 1.7).
const (
	typeFlowShort          = 1 // layout 1, with 8 bits for flags and exporter
	typeExtensionMap       = 2
	typeExporter           = 7
	typeExporterStatistics = 8
	typeSampler1           = 9
	typeFlow1              = 10
	typeFlow2              = 11
	typeApplicationNames   = 12
	typeInterfaceNames     = 13
	typeVRFNames           = 14
	typeSampler2           = 15
	typeIdent              = 0x8001
	typeStatistics         = 0x8002
)

// record takes a record with its header, which counts all of its octets. Without a
// batch flow records are only surveyed.
func (r *Reader) record(record []byte, b *flow.Batch) {
	kind, body := binary.LittleEndian.Uint16(record), record[recordHeader:]
	switch kind {
	case typeFlowShort, typeFlow1, typeFlow2:
		r.flow(kind, body, b)
	default:
		r.definition(kind, body)
	}
}

// definition takes a record that is not of a flow.
func (r *Reader) definition(kind uint16, body []byte) {
	count := &r.tally.Records
	sound := true
	switch kind {
	case typeExtensionMap:
		count.ExtensionMap++
		sound = r.known.extensionMap(body)
	case typeExporter:
		count.Exporter++
		sound = r.known.exporter(body)
	case typeExporterStatistics:
		count.ExporterStatistics++
		sound = r.known.exporterStatistics(body)
	case typeSampler1, typeSampler2: // counters are scaled already
		count.Sampler++
	case typeApplicationNames:
		count.ApplicationNames++
		sound = r.known.applicationNames(body, r.options.Names)
	case typeInterfaceNames:
		count.InterfaceNames++
		sound = r.known.named(r.known.interfaces, body, r.options.Names)
	case typeVRFNames:
		count.VRFNames++
		sound = r.known.named(r.known.vrfs, body, r.options.Names)
	case typeIdent:
		count.Ident++
		r.blocks.header.info.Ident = text(body[:min(len(body), MaxIdent)])
	case typeStatistics:
		count.Statistics++
		if sound = len(body) >= statistics2Octets; sound {
			r.blocks.header.info.Statistics = statistics2(body)
			r.blocks.header.info.HasStatistics = true
		}
	default:
		count.Unknown++
	}
	if !sound {
		count.Unsound++
	}
}

// flow takes a flow record.
func (r *Reader) flow(kind uint16, body []byte, b *flow.Batch) {
	if b == nil {
		r.options.Survey.flow(kind, body)
		return
	}
	s := &r.stored
	record := b.Next()
	*s = stored{export: record.Export}
	ok := false
	if kind == typeFlow2 {
		ok = s.record2(body)
	} else {
		ok = s.record1(body, kind == typeFlowShort, r.extensions)
	}
	if !ok {
		b.Drop()
		r.tally.Records.Malformed++
		return
	}
	record.Key.Point = r.point(s)
	r.rows(record, b)
}

// rows completes the row of a record, and adds that of the reverse direction.
func (r *Reader) rows(record *flow.Record, b *flow.Batch) {
	s, t := &r.stored, &r.tally
	s.row(record, t)
	r.names(record.Export)
	forward, back := s.volume(record.Export, t)
	t.Records.Flow++
	t.Rows++
	t.flows += max(record.Export.Flows, 1)
	t.packets += s.packets
	t.octets += s.octets
	t.SkippedElements += s.skippedElements
	if s.unknownExtension {
		t.unknownExtension++
	}
	if s.sampled {
		t.sampled++
	}
	s.count(record, forward)
	if back.none() {
		return
	}
	t.Rows++
	second := b.Next()
	export := second.Export
	*export = *record.Export
	*second = *record
	second.Export = export
	reverse(second)
	r.names(export)
	export.Has &^= flow.FieldPackets | flow.FieldOctets
	s.count(second, back)
}

// names sets the names of a row.
func (r *Reader) names(e *flow.Export) {
	survey := r.surveyed()
	e.InIfName, e.OutIfName, e.IngressVRFName, e.EgressVRFName, e.ApplicationName = 0, 0, 0, 0, 0
	if e.Has&flow.FieldInIf != 0 {
		e.InIfName = lookUp(r.known.interfaces, survey.interfaces, uint64(e.InIf))
		e.OutIfName = lookUp(r.known.interfaces, survey.interfaces, uint64(e.OutIf))
	}
	if e.Has&flow.FieldIngressVRF != 0 {
		e.IngressVRFName = lookUp(r.known.vrfs, survey.vrfs, uint64(e.IngressVRF))
		e.EgressVRFName = lookUp(r.known.vrfs, survey.vrfs, uint64(e.EgressVRF))
	}
	if e.Has&flow.FieldApplication != 0 {
		e.ApplicationName = lookUp(r.known.applications, survey.applications, e.Application)
	}
	if e.InIfName|e.OutIfName|e.IngressVRFName|e.EgressVRFName|e.ApplicationName != 0 {
		e.Has |= flow.FieldNames
	}
}

// lookUp asks what was defined so far, then what a survey has found.
func lookUp(known, surveyed map[uint64]uint32, id uint64) uint32 {
	if number, ok := known[id]; ok {
		return number
	}
	return surveyed[id]
}

// extensions gives the extensions of a map.
func (r *Reader) extensions(id uint16) ([]uint16, bool) {
	list, ok := r.known.maps[id]
	if !ok {
		list, ok = r.surveyed().maps[id]
	}
	return list, ok
}
