package reader_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/capture/capturetest"
	"netstream/reader/sample"
)

// directed is the epb_flags option with a direction.
func directed(direction byte) []capturetest.Option {
	return []capturetest.Option{{Code: 2, Value: []byte{direction, 0, 0, 0}}}
}

// numberedDatagram is a datagram whose IP identification is a number.
func numberedDatagram(number int) []byte {
	frame := datagram()
	binary.BigEndian.PutUint16(frame[18:], uint16(number))
	return frame
}

// chosen reads packets with a selection and gives the numbers of those that are
// metered, and the account.
func chosen(t *testing.T, selection reader.Selection, interfaces []capturetest.Interface, packets []capturetest.Packet) ([]uint64, *reader.Account) {
	t.Helper()
	var file bytes.Buffer
	check(t, capturetest.WritePCAPNG(&file, capturetest.Options{Interfaces: interfaces}, packets))
	options := newOptions(t)
	options.Select = selection
	p, err := reader.Open(writeFile(t, file.Bytes()), nil, options)
	check(t, err)
	var numbers []uint64
	batch := make([]flow.Packet, 7)
	for {
		read, err := p.ReadPackets(batch)
		if err == io.EOF {
			return numbers, p.Account()
		}
		check(t, err)
		for _, packet := range read {
			numbers = append(numbers, packet.Number)
		}
	}
}

// wordsOf words an account: reasons with packets, octets, octets on the wire,
// captured octets, and the first packet.
func wordsOf(a *reader.Account) string {
	var parts []string
	for _, o := range a.Outcomes() {
		parts = append(parts, fmt.Sprintf("%v %d/%d/%d/%d from %d", o.Reason, o.Packets, o.Octets, o.WireOctets, o.CapturedOctets, o.FirstNumber))
	}
	return strings.Join(parts, ", ")
}

const second = flow.Timestamp(time.Second)

// Each observation point and direction has a sampler of its own; nameless interfaces
// are one point, and a direction of both bits is none.
func TestSampleByPointAndDirection(t *testing.T) {
	interfaces := []capturetest.Interface{{}, {}, {Name: "a"}, {Name: "b"}, {Name: "a"}}
	var packets []capturetest.Packet
	for _, from := range []struct {
		number    int
		direction byte
	}{{0, 0}, {1, 0}, {0, 0}, {2, 0}, {4, 0}, {2, 1}, {2, 2}, {4, 1}, {3, 1}, {2, 3}, {3, 1}, {3, 2}} {
		packets = append(packets, capturetest.Packet{Data: datagram(), Interface: from.number, Options: directed(from.direction)})
	}
	got, account := chosen(t, reader.Selection{Sample: sample.Spec{Method: sample.FixPackets, Packets: 2, Phase: 1}}, interfaces, packets)
	if want := []uint64{1, 3, 4, 6, 7, 9, 10, 12}; !slices.Equal(got, want) {
		t.Errorf("got packets %v, want %v", got, want)
	}
	if got, want := wordsOf(account), "accounted 8/224/336/336 from 1, not_sampled 4/112/168/168 from 2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Packets that are held until their window ends leave in the order of the file,
// whichever stream they are of, and ahead of what ends the window.
func TestHeldPacketsKeepTheirOrder(t *testing.T) {
	interfaces := []capturetest.Interface{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	var packets []capturetest.Packet
	for i := range 600 {
		packets = append(packets, capturetest.Packet{Time: flow.Timestamp(i) * second / 100, Data: datagram(), Interface: i * 7 % 3})
	}
	got, account := chosen(t, reader.Selection{Sample: sample.Spec{Method: sample.RandomTime, Window: time.Second, Seed: 5}}, interfaces, packets)
	if len(got) != 18 || !slices.IsSorted(got) {
		t.Fatalf("got packets %v, want 18 in order", got)
	}
	for i, number := range got {
		if window := int(number-1) / 100; window != i/3 {
			t.Errorf("packet %d is of window %d, want %d", number, window, i/3)
		}
	}
	left := account.Outcomes()[1]
	var first uint64 = 1
	for slices.Contains(got, first) {
		first++
	}
	if left.Reason != flow.ReasonNotSampled || left.Packets != 582 || left.FirstNumber != first {
		t.Errorf("got %s, want the first from %d", wordsOf(account), first)
	}
}

// What is a copy, and what is not.
func TestDuplicates(t *testing.T) {
	plain := numberedDatagram(1)
	change := func(at int, to byte) []byte {
		frame := slices.Clone(plain)
		frame[at] = to
		return frame
	}
	tagged := slices.Concat(plain[:12], []byte{0x81, 0, 0, 7}, plain[12:])
	padded := append(slices.Clone(plain), make([]byte, 18)...)
	tests := []struct {
		name   string
		second capturetest.Packet
		copy   bool
	}{
		{"the same", capturetest.Packet{Data: plain}, true},
		{"on another interface, the other way", capturetest.Packet{Data: plain, Interface: 1, Options: directed(2)}, true},
		{"other MAC addresses", capturetest.Packet{Data: change(0, 9)}, true},
		{"a VLAN tag", capturetest.Packet{Data: tagged}, true},
		{"padding of the link", capturetest.Packet{Data: padded}, true},
		{"at the end of the window", capturetest.Packet{Data: plain, Time: 1000}, true},
		{"behind the window", capturetest.Packet{Data: plain, Time: 2000}, false},
		{"another TTL, as behind a router", capturetest.Packet{Data: change(22, 63)}, false},
		{"another identification", capturetest.Packet{Data: change(19, 2)}, false},
		{"another checksum of UDP", capturetest.Packet{Data: change(41, 1)}, false},
		{"cut by the snapshot length", capturetest.Packet{Data: plain[:40], Length: 42}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			packets := []capturetest.Packet{{Data: plain}, tt.second}
			got, account := chosen(t, reader.Selection{DuplicateWindow: time.Microsecond}, []capturetest.Interface{{}, {Name: "b"}}, packets)
			want := []uint64{1, 2}
			if tt.copy {
				want = want[:1]
			}
			if !slices.Equal(got, want) {
				t.Errorf("got packets %v, want %v", got, want)
			}
			if tt.copy && !strings.Contains(wordsOf(account), ", duplicate 1/28/") {
				t.Errorf("got %s", wordsOf(account))
			}
		})
	}
}

// The range is half open and is about the time stamps as they are.
func TestTimeRange(t *testing.T) {
	var packets []capturetest.Packet
	for _, at := range []flow.Timestamp{5, 3, 4, 7, 6, 8} {
		packets = append(packets, capturetest.Packet{Time: at * 1000, Data: datagram()})
	}
	tests := []struct {
		selected reader.TimeRange
		want     []uint64
	}{
		{reader.TimeRange{HasFrom: true, From: 4000}, []uint64{3, 1, 5, 4, 6}},
		{reader.TimeRange{HasTo: true, To: 7000}, []uint64{2, 3, 1, 5}},
		{reader.TimeRange{HasFrom: true, From: 4001, HasTo: true, To: 7001}, []uint64{1, 5, 4}},
		{reader.TimeRange{HasFrom: true, From: 9000}, nil},
	}
	for _, tt := range tests {
		options := reader.Selection{Time: tt.selected}
		got, account := chosen(t, options, nil, packets)
		slices.Sort(got)
		want := slices.Sorted(slices.Values(tt.want))
		if !slices.Equal(got, want) {
			t.Errorf("%+v: got packets %v, want %v", tt.selected, got, want)
		}
		if out := 6 - len(want); out > 0 && !strings.Contains(wordsOf(account), fmt.Sprintf("out_of_time_range %d/%d/", out, 28*out)) {
			t.Errorf("%+v: got %s", tt.selected, wordsOf(account))
		}
	}
}

// Rules are applied in their order: what is out of the range of time is no original
// of a copy, copies are not sampled, and what is not sampled does not count. Behind
// the last packet that is metered frames are not looked at.
func TestSelectionInOrder(t *testing.T) {
	frames := []int{1, 1, 1, 2, 2, 3, 4, 5, 6}
	var packets []capturetest.Packet
	for i, number := range frames {
		packets = append(packets, capturetest.Packet{Time: flow.Timestamp(i) * 1000, Data: numberedDatagram(number)})
	}
	packets = append(packets, capturetest.Packet{Time: 9000, Data: []byte{1, 2, 3}, Length: 60}) // not even a link header
	selection := reader.Selection{
		Time:            reader.TimeRange{HasFrom: true, From: 1000},
		DuplicateWindow: time.Second,
		Sample:          sample.Spec{Method: sample.FixPackets, Packets: 2, Phase: 2},
		Count:           reader.Count{Set: true, Packets: 2},
	}
	got, account := chosen(t, selection, nil, packets)
	if want := []uint64{4, 7}; !slices.Equal(got, want) {
		t.Errorf("got packets %v, want %v", got, want)
	}
	want := "accounted 2/56/84/84 from 4, out_of_time_range 1/28/42/42 from 1, duplicate 2/56/84/84 from 3, " +
		"not_sampled 2/56/84/84 from 2, beyond_count 3/0/144/87 from 8"
	if got := wordsOf(account); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Of random samples of time the count is judged where their windows end.
func TestCountOfHeldPackets(t *testing.T) {
	var packets []capturetest.Packet
	for i := range 30 {
		packets = append(packets, capturetest.Packet{Time: flow.Timestamp(i/10)*second + flow.Timestamp(i%10), Data: datagram()})
	}
	selection := reader.Selection{Sample: sample.Spec{Method: sample.RandomTime, Window: time.Second}, Count: reader.Count{Set: true, Packets: 1}}
	got, account := chosen(t, selection, nil, packets)
	if len(got) != 1 || got[0] > 10 {
		t.Errorf("got packets %v, want one of the first ten", got)
	}
	// The eleventh ends the window and is held itself until the end.
	if want := "not_sampled 9/"; !strings.Contains(wordsOf(account), want) {
		t.Errorf("got %s, want %s", wordsOf(account), want)
	}
	if want := "beyond_count 20/0/840/840 from 11"; !strings.HasSuffix(wordsOf(account), want) {
		t.Errorf("got %s, want %s", wordsOf(account), want)
	}
}

// Selected counts as far as it must.
func TestSelected(t *testing.T) {
	var file bytes.Buffer
	packets := slices.Repeat([]capturetest.Packet{{Data: datagram()}}, 1000)
	check(t, capturetest.WritePCAP(&file, capturetest.Options{}, packets))
	for _, method := range []sample.Spec{{}, {Method: sample.FixPackets, Packets: 3, Phase: 3}, {Method: sample.RandomTime, Window: time.Second}} {
		for _, most := range []uint64{0, 1, 332, 333, 334, 1000, 2000} {
			options := newOptions(t)
			options.Select.Sample = method
			p, err := reader.Open(writeFile(t, file.Bytes()), nil, options)
			check(t, err)
			want := map[sample.Method]uint64{sample.None: 1000, sample.FixPackets: 333, sample.RandomTime: 1}[method.Method]
			if got, err := p.Selected(most); err != nil || got != min(most, want) {
				t.Errorf("%v, at most %d: got %d, %v, want %d", &method, most, got, err, min(most, want))
			}
			check(t, p.Close())
		}
	}
}

// Selecting allocates for the input, not for its packets.
func TestSelectionAllocations(t *testing.T) {
	const packets = 20_000
	capture := func(n int) []byte {
		var all []capturetest.Packet
		for i := range n {
			all = append(all, capturetest.Packet{Time: flow.Timestamp(i) * second / 1000, Data: numberedDatagram(i / 2)})
		}
		var file bytes.Buffer
		check(t, capturetest.WritePCAP(&file, capturetest.Options{}, all))
		return file.Bytes()
	}
	for _, selection := range []reader.Selection{
		{},
		{Time: reader.TimeRange{HasFrom: true, From: second}},
		{DuplicateWindow: time.Second},
		{Sample: sample.Spec{Method: sample.FixPackets, Packets: 3, Phase: 1}},
		{Sample: sample.Spec{Method: sample.RandomPackets, Packets: 3}},
		{Sample: sample.Spec{Method: sample.FixTime, Window: 5 * time.Millisecond}},
		{Sample: sample.Spec{Method: sample.RandomTime, Window: 5 * time.Millisecond}, DuplicateWindow: time.Second},
		{Count: reader.Count{Set: true, Packets: 1000}},
	} {
		options := newOptions(t)
		options.Select = selection
		batch := make([]flow.Packet, 64)
		allocations := func(source []byte) float64 {
			file := writeFile(t, source)
			return testing.AllocsPerRun(3, func() {
				p, err := reader.Open(file, nil, options)
				check(t, err)
				for err == nil {
					_, err = p.ReadPackets(batch)
				}
				if err != io.EOF {
					t.Fatal(err)
				}
			})
		}
		few, many := allocations(capture(packets/10)), allocations(capture(packets))
		if many > few+20 { // queues that grow
			t.Errorf("%+v: %v allocations for %d packets, %v for %d", selection, few, packets/10, many, packets)
		}
	}
}
