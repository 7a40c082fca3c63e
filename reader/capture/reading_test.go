package capture_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/damage"
)

// reading is all that a reader gave of one input.
type reading struct {
	frames     []capture.Frame // Data copied
	damages    []*damage.Error
	interfaces []capture.Interface
	tally      capture.Tally
	err        error // of NewReader, or what Next returned beside damage and io.EOF
}

// read reads an input to its end and checks what holds for every input: the sum
// of the octet counters is the length of the input, packets are numbered and
// counted, offsets ascend, and io.EOF stays.
func read(t testing.TB, octets []byte, size int) reading {
	t.Helper()
	return readFrom(t, bytes.NewReader(octets), len(octets), size)
}

func readFrom(t testing.TB, source io.Reader, total, size int) (got reading) {
	t.Helper()
	r, err := capture.NewReaderSize(source, size)
	if err != nil {
		var found *damage.Error
		if errors.As(err, &found) && found.Length != int64(total) {
			t.Fatalf("header damage gives up %d of %d octets: %v", found.Length, total, err)
		}
		return reading{err: err}
	}
	previous := int64(-1)
	fatal := false
	var f capture.Frame
	for {
		err := r.Next(&f)
		var found *damage.Error
		switch {
		case err == nil:
			if fatal {
				t.Fatalf("frame %d behind fatal damage", f.Number)
			}
			if f.Offset <= previous {
				t.Fatalf("frame %d at offset %d behind one at %d", f.Number, f.Offset, previous)
			}
			if int(f.Length) < len(f.Data) {
				t.Fatalf("frame %d: length %d below captured %d", f.Number, f.Length, len(f.Data))
			}
			previous = f.Offset
			kept := f
			kept.Data = bytes.Clone(f.Data)
			got.frames = append(got.frames, kept)
			continue
		case errors.As(err, &found):
			if found.Detail == "" || found.Offset > int64(total) {
				t.Fatalf("damage without a place or cause: %+v", found)
			}
			got.damages = append(got.damages, found)
			fatal = fatal || found.Fatal
			continue
		case err != io.EOF:
			got.err = err
			continue
		}
		break
	}
	if err := r.Next(&f); err != io.EOF {
		t.Fatalf("Next after io.EOF: %v", err)
	}
	got.tally, got.interfaces = r.Tally(), r.Interfaces()
	if sum := got.tally.Octets.Sum(); sum != int64(total) {
		t.Fatalf("octets %+v sum to %d, the input has %d", got.tally.Octets, sum, total)
	}
	if delivered := uint64(len(got.frames)); got.tally.Packets != delivered+got.tally.LostPackets {
		t.Fatalf("packets %d, delivered %d, lost %d", got.tally.Packets, delivered, got.tally.LostPackets)
	}
	checkDamages(t, got)
	return got
}

// checkDamages checks that every damaged place is counted, and every damaged
// octet has a place.
func checkDamages(t testing.TB, got reading) {
	t.Helper()
	var counted uint64
	for _, n := range got.tally.Damages {
		counted += n
	}
	if got.tally.DamageCount() != counted {
		t.Fatalf("%d places counted, %d by kind", got.tally.DamageCount(), counted)
	}
	if counted != uint64(len(got.damages))+got.tally.Unreported {
		t.Fatalf("%d places counted, %d reported, %d not", counted, len(got.damages), got.tally.Unreported)
	}
	if got.tally.Octets.Damaged+got.tally.Octets.Trailing > 0 && counted == 0 && got.err == nil {
		t.Fatalf("octets given up without a report: %+v", got.tally.Octets)
	}
}

// pcapFile and pcapngFile build files in memory.
func pcapFile(t testing.TB, options capturetest.Options, packets []capturetest.Packet) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := capturetest.WritePCAP(&file, options, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pcapngFile(t testing.TB, options capturetest.Options, packets []capturetest.Packet) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := capturetest.WritePCAPNG(&file, options, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// samplePackets gives n packets of lengths 0 to 99, every third one cut.
func samplePackets(n int) []capturetest.Packet {
	packets := make([]capturetest.Packet, n)
	for i := range packets {
		p := &packets[i]
		p.Time = flow.Timestamp(1_700_000_000_123_456_000 + int64(i)*1_000_003_000)
		p.Data = bytes.Repeat([]byte{byte(i + 1)}, i*37%100)
		if i%3 == 0 {
			p.Length = uint32(len(p.Data) + 1000)
		}
	}
	return packets
}

// comparePackets checks that the frames are the packets written.
func comparePackets(t *testing.T, frames []capture.Frame, packets []capturetest.Packet) {
	t.Helper()
	if len(frames) != len(packets) {
		t.Fatalf("%d frames, want %d", len(frames), len(packets))
	}
	for i, p := range packets {
		f := frames[i]
		length := max(p.Length, uint32(len(p.Data)))
		if !bytes.Equal(f.Data, p.Data) || f.Length != length || f.Number != uint64(i+1) || !f.TimeValid {
			t.Fatalf("frame %d is %+v, want %+v", i, f, p)
		}
		if p.Block != capturetest.Simple && f.Time != p.Time {
			t.Fatalf("frame %d has time %d, want %d", i, f.Time, p.Time)
		}
		if f.Interface != p.Interface {
			t.Fatalf("frame %d has interface %d, want %d", i, f.Interface, p.Interface)
		}
	}
}

// sound fails if anything was wrong with an input.
func (got reading) sound(t *testing.T) reading {
	t.Helper()
	if got.err != nil || len(got.damages) > 0 {
		t.Fatalf("error %v, damages %v", got.err, got.damages)
	}
	return got
}
