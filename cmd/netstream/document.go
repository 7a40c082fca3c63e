package main

import (
	"errors"
	"maps"
	"slices"
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/damage"
	"netstream/reader/header"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

var tool = manifest.Tool{Name: "netstream", Version: version}

// document writes run.json and the list of digests.
func (j *job) document(dir *outdir.Dir, outputs []manifest.Output, result *engine.Result) error {
	m := manifest.Manifest{
		Schema:     manifest.Schema{Name: outdir.SchemaName, Version: manifest.Version},
		Tool:       tool,
		Parameters: j.options.parameters(),
		Complete:   !j.inputs.leftOut,
		References: j.options.reference.files,
		Outputs:    outputs,
	}
	for i, a := range j.accounts {
		in := describeInput(a, uint32(i), j.bases[i].packets)
		if a.Exports != nil {
			describeExports(&in, a.Exports, j.bases[i].records)
		}
		in.FlowFiltered = describeRejected(&j.rejected[i])
		m.Inputs = append(m.Inputs, in)
		m.Complete = m.Complete && a.Complete()
	}
	for _, s := range j.inputs.skipped {
		m.Skipped = append(m.Skipped, manifest.Skipped{Name: s.Name, Why: s.Why})
	}
	m.RunID = manifest.RunID(tool, m.Parameters, m.Inputs)
	j.runID = m.RunID
	if j.chain != nil {
		state, err := j.writeState(dir, result, m.RunID)
		if err != nil {
			return err
		}
		m.Outputs, m.State = append(m.Outputs, state), j.describeChain(result)
	}
	m.Totals = j.totals()
	for _, reason := range slices.Sorted(maps.Keys(j.flows.ends)) {
		m.EndReasons = append(m.EndReasons, manifest.EndReason{Name: reason.String(), Code: uint8(reason), Flows: j.flows.ends[reason]})
	}
	for _, law := range j.laws {
		m.Laws = append(m.Laws, manifest.Law{ID: law.ID, Text: law.Text, Holds: law.Holds})
	}
	file, err := dir.File(outdir.ManifestName)
	if err != nil {
		return outputFailure(err)
	}
	if err := errors.Join(m.Write(file), file.Close()); err != nil {
		return outputFailure(err)
	}
	if j.options.provenance {
		if err := j.writeProvenance(dir); err != nil {
			return err
		}
	}
	if err := dir.WriteSums(); err != nil {
		return outputFailure(err)
	}
	return nil
}

func (j *job) totals() manifest.Totals {
	b := &j.sides
	t := manifest.Totals{
		PacketsRead:      manifest.Number(b.PacketsRead.String()),
		PacketsAccounted: manifest.Number(b.Flows.Packets.String()),
		Bytes:            manifest.Number(b.Flows.Octets.String()),
		WireBytes:        manifest.Number(b.Flows.WireOctets.String()),
		PayloadBytes:     manifest.Number(b.Flows.PayloadOctets.String()),
		Flows:            j.flows.records,
		Intervals:        j.perBin.records,
		FlowFiltered:     describeRejected(&j.allRejected),
	}
	if first, last, any := j.span(); any {
		t.FirstTime, t.LastTime = timeText(first), timeText(last)
	}
	if j.flows.rated > 0 && j.flows.exported == 0 {
		t.PacketsScaled, t.BytesScaled = manifest.Number(j.flows.scaled.Packets.String()), manifest.Number(j.flows.scaled.Octets.String())
	}
	j.exportTotals(&t)
	return t
}

// span gives the least and greatest time of all metered packets and exported flows.
func (j *job) span() (first, last time.Time, any bool) {
	include := func(from, to flow.Timestamp) {
		if f := from.Time(); !any || f.Before(first) {
			first = f
		}
		if l := to.Time(); !any || l.After(last) {
			last = l
		}
		any = true
	}
	for _, a := range j.accounts {
		if a.Accounted.Packets > 0 {
			include(a.FirstTime, a.LastTime)
		}
		if a.Exports != nil && a.Exports.Rows > 0 {
			include(a.Exports.FirstTime, a.Exports.LastTime)
		}
	}
	return first, last, any
}

func timeText(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000000Z") }

func describeInput(a *reader.Account, ordinal uint32, base uint64) manifest.Input {
	in := manifest.Input{
		Name: a.Name, Ordinal: ordinal,
		Size: a.Input.Stored, ContentSize: a.Input.Expanded,
		Complete: a.Complete(), FirstPacket: base + 1, Packets: a.Packets(), LostPackets: a.Capture.LostPackets,
		ClockSteps: a.ClockSteps, Sections: a.Capture.Sections, DamageCount: a.DamageCount,
		Octets: describeOctets(a),
	}
	if a.HasFrame {
		in.Format = a.Format
	}
	for _, layer := range a.Input.Layers {
		in.Compression = append(in.Compression, layer.Format.String())
	}
	in.SHA256, in.XXH3 = digestTexts(a.Input.StoredDigest)
	in.ContentSHA256, in.ContentXXH3 = digestTexts(a.Input.ContentDigest)
	if a.Accounted.Packets > 0 {
		in.FirstTime, in.LastTime = timeText(a.FirstTime.Time()), timeText(a.LastTime.Time())
	}
	in.Outcomes = []manifest.Outcome{}
	for _, o := range a.Outcomes() {
		in.Outcomes = append(in.Outcomes, outcome(o.Reason.String(), detailOf(o.Outcome), &o.Tally))
	}
	for note := range reader.NoteCount {
		if t := &a.Notes[note]; t.Packets > 0 {
			in.Notes = append(in.Notes, outcome(note.String(), "", t))
		}
	}
	for _, i := range a.Interfaces {
		in.Interfaces = append(in.Interfaces, manifest.Interface{
			Section: i.Section, Name: i.Name, LinkType: i.LinkType, Link: header.LinkTypeName(i.LinkType),
			SnapLen: i.SnapLen, Packets: i.Packets,
		})
	}
	for _, d := range a.Damages {
		in.Damages = append(in.Damages, manifest.Damage{
			Kind: d.Kind.String(), Offset: d.Offset, Packet: d.Number, Unit: unitName(d.Unit), Length: d.Length, Detail: d.Detail})
	}
	return in
}

func outcome(name, detail string, t *reader.Tally) manifest.Outcome {
	return manifest.Outcome{
		Name: name, Detail: detail, Packets: t.Packets, WireBytes: t.WireOctets, Captured: t.CapturedOctets,
		Bytes: t.Octets, FirstOffset: t.FirstOffset, FirstPacket: t.FirstNumber,
	}
}

// unitName is empty for packets, which are what is usually counted.
func unitName(u damage.Unit) string {
	if u == damage.Packet {
		return ""
	}
	return u.String()
}
