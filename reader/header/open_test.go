package header

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
)

// TestOpen wants of every frame at hand what Decode says of it, and an IP packet
// that says the same when it is read without its link layer.
func TestOpen(t *testing.T) {
	opened := 0
	try := func(linkType uint16, frame []byte) {
		for _, opts := range []Options{{}, {FCSLength: 4, WithMAC: true}} {
			for cut := 0; cut <= len(frame); cut += max(1, len(frame)/40) {
				if checkOpen(t, linkType, opts, frame[:len(frame)-cut], len(frame)) {
					opened++
				}
			}
		}
	}
	for _, s := range samples() {
		try(s.linkType, s.frame)
	}
	for _, h := range hostileFrames() {
		try(1, h.frame)
	}
	for _, file := range capturetest.Seeds(t, "../../testdata") {
		addFrames(file, try)
	}
	if opened < 1000 {
		t.Errorf("opened %d frames, want at least 1000", opened)
	}
}

func checkOpen(t *testing.T, linkType uint16, opts Options, frame []byte, length int) (opened bool) {
	t.Helper()
	want, reason, detail := read(t, linkType, opts, frame, length)
	d := NewDecoder(linkType, opts)
	p := dirty()
	packet, reasonOpen, detailOpen := d.Open(&p, frame, uint32(length))
	if reason != reasonOpen || detail != detailOpen {
		t.Fatalf("link type %d, frame %x: opened %v %d, decoded %v %d", linkType, frame, reasonOpen, detailOpen, reason, detail)
	}
	if reason != flow.ReasonAccounted {
		if packet != nil {
			t.Fatalf("%v with a packet of %d octets", reason, len(packet))
		}
		return false
	}
	p.Time, p.Clock, p.Number, p.Hash, p.Key.Point, p.Meta.Input = 0, 0, 0, 0, 0, 0
	if p != want {
		t.Fatalf("opened %+v, decoded %+v", p, want)
	}
	if truncated := p.Meta.Marks&flow.MarkTruncated != 0; truncated != (uint64(len(packet)) < p.Meta.Octets) {
		t.Fatalf("packet of %d octets, %d captured, truncated %v", p.Meta.Octets, len(packet), truncated)
	}
	if p.Meta.Marks&flow.MarkLengthInferred != 0 { // from the frame, which is not there below
		return true
	}
	alone, reason, _ := read(t, uint16(linkRaw-linkHeader), Options{}, packet, max(len(packet), int(min(p.Meta.Octets, 1<<20))))
	if reason != flow.ReasonAccounted || alone.Key != want.Key || alone.Meta.Octets != want.Meta.Octets {
		t.Fatalf("packet alone is %v %+v, in its frame %+v", reason, alone, want)
	}
	return true
}
