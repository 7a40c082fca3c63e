package datagram_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"netstream/reader/damage"
	"netstream/reader/datagram"
)

// readRaw reads a raw input and checks the law of its octets and damages.
func readRaw(t testing.TB, input []byte) ([]datagram.Message, []damage.Error) {
	t.Helper()
	return readRawFrom(t, bytes.NewReader(input), len(input))
}

func readRawFrom(t testing.TB, source io.Reader, length int) ([]datagram.Message, []damage.Error) {
	t.Helper()
	raw := datagram.NewRaw(source, measure)
	messages, damages := readAll(t, raw)
	tally := raw.Tally()
	if tally.Octets.Sum() != int64(length) {
		t.Errorf("octets %+v add up to %d, want %d", tally.Octets, tally.Octets.Sum(), length)
	}
	var inMessages, given int64
	for _, m := range messages {
		inMessages += int64(len(m.Data))
	}
	for _, d := range damages {
		given += d.Length
	}
	if inMessages != tally.Octets.Messages || tally.Messages != uint64(len(messages)) {
		t.Errorf("got %d messages of %d octets, tally %+v", len(messages), inMessages, tally)
	}
	if tally.Unreported == 0 && given != tally.Octets.Damaged+tally.Octets.Trailing {
		t.Errorf("damages of %d octets, tally %+v", given, tally.Octets)
	}
	if tally.DamageCount() != uint64(len(damages))+tally.Unreported {
		t.Errorf("got %d damages, tally has %d, %d of them unreported", len(damages), tally.DamageCount(), tally.Unreported)
	}
	return messages, damages
}

func TestRawMix(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 50 {
		want := randomMessages(random, 1+random.IntN(60))
		input := slices.Concat(want...)
		sources := map[string]io.Reader{
			"at once":    bytes.NewReader(input),
			"by octet":   iotest.OneByteReader(bytes.NewReader(input)),
			"with error": iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(input))),
		}
		for name, source := range sources {
			got, damages := readRawFrom(t, source, len(input))
			if text := differ(contents(got), want); text != "" || len(damages) > 0 {
				t.Fatalf("round %d, %s: %s; damages %v", round, name, text, damages)
			}
			offset := int64(0)
			for i, m := range got {
				if m.Offset != offset || m.Packet != 0 || m.Exporter.IsValid() || m.ReceivedValid {
					t.Errorf("message %d: got %+v, want offset %d and nothing of a packet", i, m, offset)
				}
				offset += int64(len(m.Data))
			}
		}
	}
}

// TestRawLong has messages of the greatest lengths, and more than the buffer holds.
func TestRawLong(t *testing.T) {
	var want [][]byte
	for i := range 20 {
		want = append(want, ipfix(65535, uint64(i)), version9(uint64(i), 65515), version5(1364, uint64(i)))
	}
	got, damages := readRaw(t, slices.Concat(want...))
	if text := differ(contents(got), want); text != "" || len(damages) > 0 {
		t.Errorf("%s; damages %v", text, damages)
	}
}

func TestRawCutAnywhere(t *testing.T) {
	list := [][]byte{version5(2, 1), version9(2, 40, 60), ipfix(90, 3), version9(4, 24), version5(1, 5), ipfix(33, 6)}
	input := slices.Concat(list...)
	ends := map[int]int{0: 0} // of messages, or of a message of version 9 with less sets
	offset := 0
	for i, m := range list {
		ends[offset+len(m)] = i + 1
		offset += len(m)
	}
	ends[len(list[0])+20], ends[len(list[0])+60] = 2, 2
	ends[len(list[0])+len(list[1])+len(list[2])+20] = 4
	for cut := 1; cut < len(input); cut++ {
		got, damages := readRaw(t, input[:cut])
		if want, clean := ends[cut]; clean {
			if len(got) != want || len(damages) > 0 {
				t.Errorf("cut at %d: got %d messages and %v, want %d", cut, len(got), damages, want)
			}
			continue
		}
		whole := 0
		for end, n := range ends {
			if end < cut && slices.Equal(slices.Concat(list[:n]...), input[:end]) {
				whole = max(whole, n)
			}
		}
		if text := differ(contents(got), list[:whole]); text != "" {
			t.Errorf("cut at %d: %s", cut, text)
		}
		if len(damages) != 1 || damages[0].Kind != damage.Truncated || damages[0].Number != uint64(whole) {
			t.Errorf("cut at %d: got damages %v, want one of an input that ends behind message %d", cut, damages, whole)
		}
	}
}

func TestRawDamage(t *testing.T) {
	a, b, c := version5(3, 1), ipfix(120, 2), version9(3, 48)
	text := []byte("neither version nor length, and long enough to hold some octets")
	lying := func(length uint16) []byte {
		m := bytes.Clone(b)
		binary.BigEndian.PutUint16(m[2:], length)
		return m
	}
	tests := []struct {
		name  string
		input [][]byte
		want  [][]byte
		kinds []damage.Kind
		lost  int64
	}{
		{"garbage between", [][]byte{a, text, b, c}, [][]byte{a, b, c}, []damage.Kind{damage.BadBlock}, int64(len(text))},
		{"garbage first", [][]byte{text, a, b}, [][]byte{a, b}, []damage.Kind{damage.BadBlock}, int64(len(text))},
		{"garbage last", [][]byte{a, b, text}, [][]byte{a, b}, []damage.Kind{damage.BadBlock}, int64(len(text))},
		{"zeros between", [][]byte{a, make([]byte, 100), b, c}, [][]byte{a, b, c}, []damage.Kind{damage.BadBlock}, 100},
		{"zeros last", [][]byte{a, b, make([]byte, 100)}, [][]byte{a, b}, []damage.Kind{damage.TrailingBytes}, 100},
		{"much garbage", [][]byte{a, bytes.Repeat(text, 10000), b, c}, [][]byte{a, b, c}, []damage.Kind{damage.BadBlock}, int64(10000 * len(text))},
		{"many zeros", [][]byte{a, make([]byte, 3<<20)}, [][]byte{a}, []damage.Kind{damage.TrailingBytes}, 3 << 20},
		{"length too great, messages inside", [][]byte{a, lying(1000), a, b, c, a, b, a, a}, [][]byte{a, a, b, c, a, b, a, a}, []damage.Kind{damage.BadLength}, int64(len(b))},
		{"length beyond the end, messages inside", [][]byte{a, lying(65535), a, b, c}, [][]byte{a, a, b, c}, []damage.Kind{damage.BadLength}, int64(len(b))},
		{"length too small", [][]byte{a, lying(50), a, b}, [][]byte{a, lying(50)[:50], a, b}, []damage.Kind{damage.BadBlock}, int64(len(b) - 50)},
		{"length below the header", [][]byte{a, lying(15), a, b}, [][]byte{a, a, b}, []damage.Kind{damage.BadBlock}, int64(len(b))},
		{"nothing", nil, nil, []damage.Kind{damage.EmptyInput}, 0},
		{"nothing but garbage", [][]byte{text}, nil, []damage.Kind{damage.BadBlock}, int64(len(text))},
		{"one octet", [][]byte{{0}}, nil, []damage.Kind{damage.Truncated}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, damages := readRaw(t, slices.Concat(test.input...))
			if text := differ(contents(got), test.want); text != "" {
				t.Error(text)
			}
			var kinds []damage.Kind
			var lost int64
			for _, d := range damages {
				kinds, lost = append(kinds, d.Kind), lost+d.Length
			}
			if !slices.Equal(kinds, test.kinds) || lost != test.lost {
				t.Errorf("got %v of %d octets, want %v of %d", damages, lost, test.kinds, test.lost)
			}
		})
	}
}

// TestRawReports has more damaged places than are reported.
func TestRawReports(t *testing.T) {
	var input []byte
	const places = datagram.MaxReports + 50
	for i := range places {
		input = append(append(input, "garbage"...), version5(1, uint64(i))...)
		input = append(input, ipfix(30, uint64(i))...)
	}
	raw := datagram.NewRaw(bytes.NewReader(input), measure)
	messages, damages := readAll(t, raw)
	if len(messages) != 2*places || len(damages) != datagram.MaxReports {
		t.Errorf("got %d messages and %d damages, want %d and %d", len(messages), len(damages), 2*places, datagram.MaxReports)
	}
	if tally := raw.Tally(); tally.Unreported != 50 || tally.Octets.Damaged != 7*places {
		t.Errorf("tally %+v, want 50 unreported and %d octets damaged", tally, 7*places)
	}
}

func TestRawFailingSource(t *testing.T) {
	failed := errors.New("disk on fire")
	found := &damage.Error{Kind: damage.BadStream, Offset: 77, Length: 5, Detail: "checksum"}
	for _, test := range []struct {
		name string
		err  error
	}{{"failure", failed}, {"damage", found}} {
		t.Run(test.name, func(t *testing.T) {
			whole := ipfix(100, 1)
			input := append(bytes.Clone(whole), ipfix(60, 2)[:30]...)
			raw := datagram.NewRaw(io.MultiReader(bytes.NewReader(input), iotest.ErrReader(test.err)), measure)
			var m datagram.Message
			if err := raw.Next(&m); err != nil || !bytes.Equal(m.Data, whole) {
				t.Fatalf("got %v and %d octets, want the first message", err, len(m.Data))
			}
			err := raw.Next(&m)
			var passed *damage.Error
			switch {
			case errors.As(err, &passed):
				if test.err == failed || passed.Kind != damage.BadStream || passed.Length != 5+30 || !passed.Fatal || passed.Number != 1 {
					t.Errorf("got %+v", passed)
				}
			case !errors.Is(err, test.err) || !strings.Contains(err.Error(), "offset 130"):
				t.Errorf("got %v, want %v at offset 130", err, test.err)
			}
			if err := raw.Next(&m); err != io.EOF {
				t.Errorf("got %v behind the failure, want EOF", err)
			}
			if o := raw.Tally().Octets; o.Messages != 100 || o.Damaged != 30 {
				t.Errorf("octets %+v, want 100 in messages and 30 damaged", o)
			}
		})
	}
}

// TestRawHostileSearch has the octets that take the search longest: every eighth
// place begins a message of version 9 whose sets reach to the end.
func TestRawHostileSearch(t *testing.T) {
	input := bytes.Repeat([]byte{0, 9, 1, 1, 1, 1, 0, 8}, 1<<18/8)
	input = append([]byte("garbage "), input...)
	readRaw(t, input)
}

func TestRawAllocates(t *testing.T) {
	input := slices.Concat(randomMessages(rand.New(rand.NewPCG(3, 4)), 3000)...)
	raw := datagram.NewRaw(bytes.NewReader(input), measure)
	var m datagram.Message
	if n := testing.AllocsPerRun(2000, func() {
		if err := raw.Next(&m); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}

func BenchmarkRaw(b *testing.B) {
	input := slices.Concat(randomMessages(rand.New(rand.NewPCG(3, 4)), 3000)...)
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		raw := datagram.NewRaw(bytes.NewReader(input), measure)
		var m datagram.Message
		for raw.Next(&m) == nil {
		}
	}
}
