package netflow

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// fill adds the row that a plan makes of a record.
func (d *Decoder) fill(b *flow.Batch, p *plan, record []byte) *flow.Record {
	d.summary.Rows++
	d.gather(p, record)
	r := b.Next()
	active := p
	if d.addresses(r, p, record) {
		d.gather(p.inner, record)
		active = p.inner
	}
	present, has := &active.present, active.has
	if d.missing.any() {
		left := present.without(&d.missing)
		present = &left
		has = fieldsOf(present)
		if active.egress {
			has |= flow.FieldDirection
		}
	}
	e, v := r.Export, &d.values
	e.Has |= has
	r.Counters = flow.Counters{
		Packets: v[slotPackets], Octets: v[slotOctets], WireOctets: v[slotWireOctets], PayloadOctets: v[slotPayloadOctets],
	}
	e.Flows = v[slotFlows]
	e.InIf, e.OutIf = uint32(v[slotInIf]), uint32(v[slotOutIf])
	e.SourceAS, e.DestinationAS = uint32(v[slotSourceAS]), uint32(v[slotDestinationAS])
	e.Direction = uint8(v[slotDirection])
	e.ForwardingStatus, e.NATEvent, e.FirewallEvent = uint8(v[slotStatus]), uint8(v[slotNATEvent]), uint8(v[slotFirewallEvent])
	r.MinTTL, r.MaxTTL = uint8(v[slotMinTTL]), uint8(v[slotMaxTTL])
	r.MinOctets, r.MaxOctets = v[slotMinOctets], v[slotMaxOctets]
	e.Total = active.total
	if active.egress {
		e.Direction = 1
	}
	if reason := v[slotEndReason]; reason >= uint64(flow.EndIdleTimeout) && reason <= uint64(flow.EndLackOfResources) {
		r.EndReason = flow.EndReason(reason)
		e.Has |= flow.FieldEndReason
	}
	d.transport(r, active, present)
	d.masks(r, present)
	d.times(r, active, present)
	r.Key.Point = d.domain.point
	if active.groups != 0 {
		d.fillGroups(b, r, active, present, record)
	}
	if d.header.version == 5 || len(d.domain.stores) > 0 || active.groups&groupRate != 0 {
		d.sampling(r, active, present)
	}
	if len(d.domain.stores) > 0 {
		d.interfaceNames(r)
	}
	return r
}

// fillGroups fills the members that few templates have.
func (d *Decoder) fillGroups(b *flow.Batch, r *flow.Record, p *plan, present *slotSet, record []byte) {
	g := p.groups
	if g&groupNextHop != 0 {
		d.nextHops(r, present)
	}
	if g&groupNAT != 0 {
		d.translation(r, present)
	}
	if g&(groupVLAN|groupMAC) != 0 {
		d.link(r)
	}
	if g&groupLabels != 0 {
		d.labels(r, present)
	}
	if g&groupApplication != 0 {
		d.application(r, p)
	}
	if g&groupVRF != 0 {
		d.vrfs(r)
	}
	if g&groupRequests != 0 {
		d.requested(b, r, p, record)
	}
	if g&groupPoint != 0 {
		d.ownPoint(r, present)
	}
}

// masks takes the prefix lengths of the key's IP version, or of the other one if
// there are no others. They are as the exporter tells them, even if no prefix of the
// version is so long; what does not fit its octet (RFC 7012) is not known.
func (d *Decoder) masks(r *flow.Record, present *slotSet) {
	pick := func(first, second slot) (uint8, bool) {
		if r.Key.Version == 6 {
			first, second = second, first
		}
		if !present.has(first) {
			first = second
		}
		return uint8(d.values[first]), present.has(first) && d.values[first] <= math.MaxUint8
	}
	e := r.Export
	var ok bool
	if e.SourceMask, ok = pick(slotSourceMask4, slotSourceMask6); ok {
		e.Has |= flow.FieldSourceMask
	}
	if e.DestinationMask, ok = pick(slotDestinationMask4, slotDestinationMask6); ok {
		e.Has |= flow.FieldDestinationMask
	}
}

// link takes VLANs and MAC addresses, of which 0 is none.
func (d *Decoder) link(r *flow.Record) {
	const vlanBits = 0xfff
	if id := uint16(d.values[slotVLAN]) & vlanBits; id != 0 {
		r.VLAN = id
		r.Marks |= flow.MarkVLAN
	}
	if id := uint16(d.values[slotInnerVLAN]) & vlanBits; id != 0 {
		r.InnerVLAN = id
		r.Marks |= flow.MarkInnerVLAN
	}
	var octets [8]byte
	if mac := d.values[slotSourceMAC]; mac != 0 {
		binary.BigEndian.PutUint64(octets[:], mac)
		r.SourceMAC = [6]byte(octets[2:])
		r.Export.Has |= flow.FieldSourceMAC
	}
	if mac := d.values[slotDestinationMAC]; mac != 0 {
		binary.BigEndian.PutUint64(octets[:], mac)
		r.DestinationMAC = [6]byte(octets[2:])
		r.Export.Has |= flow.FieldDestinationMAC
	}
}

// labels takes the MPLS label stack, which an entry of zeros behind the first ends.
func (d *Decoder) labels(r *flow.Record, present *slotSet) {
	e := r.Export
	for s := slotLabel; s <= slotLabelLast; s++ {
		if !present.has(s) {
			continue
		}
		entry := d.values[s]
		if entry == 0 && e.LabelCount > 0 {
			break
		}
		e.Labels[e.LabelCount] = uint32(entry >> 4) // above traffic class and bottom of stack
		e.LabelCount++
	}
	if e.LabelCount > 0 {
		e.Has |= flow.FieldLabels
	}
	if present.has(slotLabel) {
		r.MPLSTop = e.Labels[0]
		r.Marks |= flow.MarkMPLS
	}
}

// application takes applicationId and applicationName; the name of the options
// serves if the record has none.
func (d *Decoder) application(r *flow.Record, p *plan) {
	for _, s := range p.wides {
		switch s.wide {
		case wideApplication:
			id, ok := element.ParseApplication(d.wides[wideApplication])
			if !ok {
				continue
			}
			r.Export.Application = id
			r.Export.Has |= flow.FieldApplication
			if r.Export.ApplicationName == 0 {
				r.Export.ApplicationName = d.applicationOf(id)
			}
		case wideApplicationName:
			if name := d.nameOf(d.wides[wideApplicationName]); name != 0 {
				r.Export.ApplicationName = name
			}
		}
	}
	if r.Export.ApplicationName != 0 {
		r.Export.Has |= flow.FieldNames
	}
}

// nameOf gives the number of a name in a record, cut at the first NUL and without
// blanks at its end.
func (d *Decoder) nameOf(text []byte) uint32 {
	text = flow.TrimName(text)
	if string(text) != string(d.name.text) {
		d.name.text = append(d.name.text[:0], text...)
		d.name.number = d.options.Names.Number(text)
	}
	return d.name.number
}

// vrfs takes the VRFs and their names.
func (d *Decoder) vrfs(r *flow.Record) {
	e := r.Export
	e.IngressVRF, e.EgressVRF = uint32(d.values[slotIngressVRF]), uint32(d.values[slotEgressVRF])
	if e.Has&flow.FieldIngressVRF != 0 {
		e.IngressVRFName = d.vrfOf(e.IngressVRF)
	}
	if e.Has&flow.FieldEgressVRF != 0 {
		e.EgressVRFName = d.vrfOf(e.EgressVRF)
	}
	if e.IngressVRFName|e.EgressVRFName != 0 {
		e.Has |= flow.FieldNames
	}
}

// interfaceNames takes the names of the interfaces from the options. Interface 0 is
// none.
func (d *Decoder) interfaceNames(r *flow.Record) {
	e := r.Export
	if e.Has&flow.FieldInIf != 0 && e.InIf != 0 {
		e.InIfName = d.interfaceOf(e.InIf).name
	}
	if e.Has&flow.FieldOutIf != 0 && e.OutIf != 0 {
		e.OutIfName = d.interfaceOf(e.OutIf).name
	}
	if e.InIfName|e.OutIfName != 0 {
		e.Has |= flow.FieldNames
	}
}
