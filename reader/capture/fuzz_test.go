package capture_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/iotest"

	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
)

// FuzzPCAP and FuzzPCAPNG check the law that every octet is in one counter, and
// that neither the buffer nor the portions of the source show in the frames.

func FuzzPCAP(f *testing.F) {
	for _, options := range []capturetest.Options{{}, {Order: binary.BigEndian, Nanoseconds: true},
		{Modified: true}, {Version: [2]uint16{2, 3}}, {SnapLen: 1<<32 - 1}} {
		f.Add(pcapFile(f, options, samplePackets(4)))
	}
	f.Add(append(pcapFile(f, capturetest.Options{}, samplePackets(1)), make([]byte, 4200)...))
	for _, seed := range capturetest.Seeds(f, "../../testdata") {
		f.Add(seed)
	}
	f.Fuzz(checkLaws)
}

func FuzzPCAPNG(f *testing.F) {
	o := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0", Resolution: 0x9f, Offset: -1, FCSLength: 4}}}
	f.Add(pcapngFile(f, o, oddPackets()))
	f.Add(append(pcapngFile(f, o, samplePackets(2)), pcapngFile(f, capturetest.Options{Order: binary.BigEndian}, oddPackets())...))
	f.Add(append(pcapngFile(f, o, nil), capturetest.RawBlock(o, 5, make([]byte, 40))...))
	for _, seed := range capturetest.Seeds(f, "../../testdata") {
		f.Add(seed)
	}
	f.Fuzz(checkLaws)
}

func checkLaws(t *testing.T, file []byte) {
	sameForEverySize(t, file)
	whole := fingerprint(read(t, file, 1<<16))
	portions := fingerprint(readFrom(t, iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(file))), len(file), 100))
	if whole != portions {
		t.Fatalf("in portions:\n%s\nat once:\n%s", portions, whole)
	}
	for _, l := range []lender{{piece: 1, room: 7}, {piece: 61, room: 13}, {piece: 1000, room: 1 << 10}} {
		l.rest = file
		if lent := fingerprint(readFrom(t, &l, len(file), capture.DefaultBufferSize)); whole != lent {
			t.Fatalf("lent in pieces of %d octets:\n%s\nat once:\n%s", l.piece, lent, whole)
		}
	}
}
