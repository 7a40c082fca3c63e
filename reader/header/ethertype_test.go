package header

import (
	"testing"

	"netstream/aggregate/flow"
)

// TestEtherType: it is the first type of the frame's own link that is not that of a tag,
// and what is metered of a frame without IP is what lies behind the headers that were
// opened.
func TestEtherType(t *testing.T) {
	const (
		addresses = "020000000002 020000000001 "
		rest      = "0102030405060708 "
	)
	for _, c := range []struct {
		name      string
		linkType  uint16
		frame     string
		has       bool
		etherType uint16
		octets    uint64
	}{
		{"ARP", 1, addresses + "0806" + rest, true, 0x0806, 8},
		{"ARP in tags", 1, addresses + "88a8 0001 8100 0002 0806" + rest, true, 0x0806, 8},
		{"behind Cisco metadata", 1, addresses + "8909 0101 0001 0007 88cc" + rest, true, 0x88cc, 8},
		{"nothing behind the type", 1, addresses + "0806", true, 0x0806, 0},
		{"a type that cannot be", 1, addresses + "05ff" + rest, false, 0, 8},
		{"LLC", 1, addresses + "0026 424203" + rest, false, 0, 8},
		{"LLC of ISO", 1, addresses + "0026 fefe03 81" + rest, false, 0, 8},
		{"SNAP", 1, addresses + "0026 aaaa03 000000 0806" + rest, true, 0x0806, 8},
		{"SNAP of another organization", 1, addresses + "0026 aaaa03 00000c 2000" + rest, false, 0, 8},
		{"large LLC", 1, addresses + "8870 424203" + rest, true, 0x8870, 8},
		{"pseudowire", 1, addresses + "8847 00010140" + rest, true, 0x8847, 8},
		{"PPPoE discovery", 1, addresses + "8863 11090000 0000" + rest, true, 0x8863, 14},
		{"PPPoE, link control", 1, addresses + "8864 1100 0001 000a c021" + rest, true, 0x8864, 8},
		{"cooked", 113, "0000 0001 0006 0200000000010000 0806" + rest, true, 0x0806, 8},
		{"cooked LLC", 113, "0000 0001 0006 0200000000010000 0004 424203" + rest, false, 0, 8},
		{"cooked version 2", 276, "0806 0000 00000003 0001 04 06 0200000000010000" + rest, true, 0x0806, 8},
		{"cooked VLAN", 276, "8100 0000 00000003 0001 04 06 0200000000010000 0001 0806" + rest, true, 0x0806, 8},
		{"Cisco HDLC", 104, "0f00 2000" + rest, true, 0x2000, 8},
		{"PPP", 9, "ff03 c021" + rest, false, 0, 8},
		{"802.11 beacon", 105, "8000 0000" + rest, false, 0, 12},
	} {
		frame := octets(c.frame)
		d := NewDecoder(c.linkType, Options{FCSLength: 4})
		length := uint32(len(frame)) + 20 + 4 // the snapshot length cut it, and the frame check sequence
		p := dirty()
		if reason, _ := d.Decode(&p, frame, length); reason != flow.ReasonNotIP {
			t.Errorf("%s: got %v", c.name, reason)
		}
		p = dirty()
		d.DecodeWithoutIP(&p, frame, length)
		if p.Meta.Octets != c.octets+20 || p.Meta.WireOctets != length-4 || p.Meta.PayloadOctets != 0 || p.Meta.TTL != 0 || p.Key.Version != 0 || p.Key.Point != dirty().Key.Point {
			t.Errorf("%s: got %+v, want %d octets", c.name, p, c.octets+20)
		}
		labels := d.Labels(&p, frame, length, false)
		if labels.HasEtherType != c.has || labels.EtherType != c.etherType {
			t.Errorf("%s: got %+v, want %v, %04x", c.name, labels, c.has, c.etherType)
		}
	}
	// Of frames with IP, too; raw IP has no such field.
	const ipv4 = "45000014 0000 0000 40 3b 0000 c0000201 c0000202"
	for linkType, want := range map[uint16]Labels{1: {HasEtherType: true, EtherType: 0x8864}, 101: {}, 9: {}} {
		spelled := map[uint16]string{1: addresses + "8100 0001 8864 1100 0001 0016 0021" + ipv4, 101: ipv4, 9: "ff03 0021" + ipv4}[linkType]
		var p flow.Packet
		d := NewDecoder(linkType, Options{})
		if got := d.Labels(&p, octets(spelled), uint32(len(octets(spelled))), false); got != want {
			t.Errorf("link type %d: got %+v, want %+v", linkType, got, want)
		}
	}
}

// TestReadCooked reads what cooked headers tell beside their frames.
func TestReadCooked(t *testing.T) {
	for _, c := range []struct {
		linkType uint16
		frame    string
		want     Cooked
	}{
		{113, "0000 0001 0006 0200000000010000 0806", Cooked{Direction: flow.DirectionIngress}},
		{113, "0003 0001 0006 0200000000010000 0806", Cooked{Direction: flow.DirectionIngress}},
		{113, "0004 0001 0006 0200000000010000 0806", Cooked{Direction: flow.DirectionEgress}},
		{113, "0005 0001 0006 0200000000010000 0806", Cooked{}},
		{113, "0104 0001 0006 0200000000010000 0806", Cooked{}},
		{113, "0004 0001 0006 0200000000010000 08", Cooked{}},
		{276, "0806 0000 fffffffe 0001 04 06 0200000000010000", Cooked{Direction: flow.DirectionEgress, HasIndex: true, Index: 1<<32 - 2}},
		{276, "0806 0000 00000000 0001 02 06 0200000000010000", Cooked{Direction: flow.DirectionIngress}},
		{276, "0806 0000 00000001 0001 07 06 0200000000010000", Cooked{HasIndex: true, Index: 1}},
		{276, "0806 0000 00000001 0001 04 06 02000000000100", Cooked{}},
		{1, "0004 0001 0006 0200000000010000 0806 0000 0000", Cooked{}},
	} {
		if got := ReadCooked(c.linkType, octets(c.frame)); got != c.want {
			t.Errorf("%d, %s: got %+v, want %+v", c.linkType, c.frame, got, c.want)
		}
		if IsCooked(c.linkType) != (c.linkType != 1) {
			t.Errorf("link type %d", c.linkType)
		}
	}
}
