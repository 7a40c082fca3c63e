package reader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/filter"
	"netstream/reader/input"
	"netstream/reader/sample"
)

// TestPlain reads random captures, of all degrees of disorder, cut and damaged, in both
// ways: packets and accounts are the same.
func TestPlain(t *testing.T) {
	name := filepath.Join(t.TempDir(), "capture")
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 11))
		packets, format := somePackets(random, seed), randomcapture.Formats()[random.IntN(4)]
		if random.IntN(4) == 0 {
			format.Link = []uint16{12, 14, 101, 228, 229}[random.IntN(5)] // without link header
			for i := range packets {
				header := min(14, len(packets[i].Frame))
				packets[i].Frame, packets[i].WireLength = packets[i].Frame[header:], packets[i].WireLength-uint32(header)
			}
		}
		damagedAndRead(t, name, randomcapture.Encode(packets, format), random, seed)
	}
}

// TestPlainObserved does the same with captures whose frames tell where they were observed: cooked ones, and such with epb_flags.
func TestPlainObserved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "capture")
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 13))
		packets, interfaces := randomcapture.Observe(somePackets(random, seed), random)
		format := randomcapture.Formats()[random.IntN(4)]
		format.Link = interfaces[0].Link
		for i := range packets {
			if random.IntN(4) > 0 || seed%2 == 0 && packets[i].Interface > 0 { // half of all captures are of one interface
				packets[i].Interface = 0
			}
		}
		file := randomcapture.EncodeBlocks(packets, interfaces, format)
		if seed%4 == 0 {
			file = randomcapture.Encode(packets, format)
		}
		damagedAndRead(t, name, file, random, seed)
	}
}

// TestPlainBlocks does the same with pcapng files: of one interface mostly, all whose packets have blocks of one kind with
// options that say nothing odd, or none, and of whatever else there is.
func TestPlainBlocks(t *testing.T) {
	name := filepath.Join(t.TempDir(), "capture")
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 12))
		var file bytes.Buffer
		for section := range 1 + random.IntN(4)/3 {
			options := capturetest.Options{Interfaces: []capturetest.Interface{}}
			if random.IntN(3) == 0 {
				options.Order = binary.BigEndian
			}
			for range 1 + random.IntN(5)/4 - section*random.IntN(2) {
				options.Interfaces = append(options.Interfaces, someInterface(random))
			}
			if err := capturetest.WritePCAPNG(&file, options, someBlocks(random, seed, section, &options)); err != nil {
				t.Fatal(err)
			}
		}
		if random.IntN(4) == 0 {
			file.Bytes()[file.Len()-1-random.IntN(4)] ^= byte(1 << random.IntN(8)) // of the length of the last block
		}
		damagedAndRead(t, name, file.Bytes(), random, seed)
	}
}

// damagedAndRead changes and cuts a file, mostly, and reads it in both ways.
func damagedAndRead(t *testing.T, name string, file []byte, random *rand.Rand, seed uint64) {
	t.Helper()
	for range random.IntN(3) {
		file[24+random.IntN(len(file)-24)] ^= byte(1 << random.IntN(8))
	}
	if random.IntN(4) == 0 {
		file = file[:24+random.IntN(len(file)-24)]
	}
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	want, wanted := readEither(t, name, false, seed)
	got, account := readEither(t, name, true, seed)
	if !slices.Equal(got, want) {
		t.Fatalf("seed %d: %d packets, want %d, or others", seed, len(got), len(want))
	}
	wanted.Input, account.Input = input.Account{}, input.Account{} // which has pointers, and times of the file
	for _, a := range []*Account{account, wanted} {                // which outcome was counted last may differ
		a.latest, a.latestOf = nil, Outcome{}
	}
	if !reflect.DeepEqual(account, wanted) {
		t.Fatalf("seed %d: account %s\nwant %s", seed, fmt.Sprintf("%+v", account), fmt.Sprintf("%+v", wanted))
	}
}

// readEither reads a capture, with readPlain or without.
func readEither(t *testing.T, name string, plain bool, seed uint64) (all []flow.Packet, account *Account) {
	t.Helper()
	points := flow.NewPoints()
	if _, err := points.Number(flow.Point{Interface: "another"}); err != nil { // so that no packet has number 0
		t.Fatal(err)
	}
	options := Options{Points: points, Hasher: flow.HasherFromSeed([16]byte{7}), ReorderWindow: time.Second, JoinFragments: seed%2 == 0, Room: 64}
	if seed%3 == 1 {
		options.Biflows = true
	}
	if seed%4 > 1 {
		options.Layer = LayerInner + Layer(seed%4-2)
	}
	switch seed % 6 {
	case 2:
		options.Directions = DirectionsOfNobody
	case 4:
		options.Directions, options.LocalNetworks = DirectionsOfNetworks, localNetworks(t, "10.0.0.0/8", "192.0.2.1/32")
	}
	if seed%7 == 3 { // of single directions by protocol
		options.Key = flow.DefaultKey()
		options.Key.Fields &^= flow.KeyClassOfService | flow.KeySourcePort | flow.KeyDirection
	}
	if seed%7 == 5 { // which no packet goes the short way with
		options.Key = flow.DefaultKey()
		options.Key.Fields |= flow.KeyTCPFlags
	}
	if seed%5 == 0 {
		options.BufferSize = 300 // records that do not lie in the buffer as a whole
	}
	if text := map[uint64]string{1: "udp", 4: "dst host 192.0.2.1", 7: "host 192.0.2.77 or greater 200", 9: "not src host 192.0.2.1"}[seed%11]; text != "" {
		var err error
		if options.Filter, err = filter.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	options.Select = someSelection(t, name, seed)
	p, err := Open(input.Source{Name: name}, nil, options)
	if err != nil {
		t.Fatal(err)
	}
	p.plain = p.plain && plain
	room := make([]flow.Packet, 64)
	for {
		some, err := p.ReadPackets(room)
		if errors.Is(err, io.EOF) {
			return all, p.Account()
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, packet := range some {
			if packet.Meta.Marks&flow.MarkFragment == 0 {
				packet.FragmentID = 0 // of a packet that was there before
			}
			all = append(all, packet)
		}
		room = some[:64]
	}
}

// someSelection selects in all ways, with bounds that packets meet.
func someSelection(t *testing.T, name string, seed uint64) (s Selection) {
	t.Helper()
	if seed%4 == 1 {
		s.DuplicateWindow = time.Second
	}
	if seed%9 == 4 {
		s.Count = Count{Set: true, Packets: seed % 500}
	}
	if seed%13 == 12 { // which no packet goes the short way with
		s.Sample = sample.Spec{Method: sample.FixPackets, Packets: 3, Phase: 2}
	}
	if seed%10 > 2 {
		return s
	}
	p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), ReorderWindow: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close() // it was only read
	start, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	s.Time.HasFrom, s.Time.HasTo = seed%10 > 0, seed%10 < 2
	s.Time.From, s.Time.To = start.Time+5e9, start.Time+100e9
	return s
}

// TestPlainFrames gives captures with nothing odd, of which all packets but the first ones go the
// short way.
func TestPlainFrames(t *testing.T) {
	packets := randomcapture.New(3, randomcapture.Options{Packets: 1})
	all := make([]randomcapture.Packet, 1000)
	inBlocks := make([]capturetest.Packet, len(all))
	cooked := slices.Clone(all)
	for i := range all {
		all[i] = randomcapture.Packet{Time: packets[0].Time + int64(i)*1000, Frame: plainFrame, WireLength: uint32(len(plainFrame))}
		inBlocks[i] = capturetest.Packet{Time: flow.Timestamp(all[i].Time), Data: plainFrame}
		cooked[i] = all[i]
		cooked[i].Frame = slices.Concat([]byte{0, byte(i % 3 * 2), 0, 1, 0, 6}, plainFrame[:8], plainFrame[12:])
		cooked[i].WireLength += 2
	}
	for _, order := range []capturetest.Order{binary.LittleEndian, binary.BigEndian} {
		for i := range inBlocks {
			if inBlocks[i].Interface = (i + 1) % 2; i%3 > 0 { // the first one is of the last interface, so that both are known then
				inBlocks[i].Options = []capturetest.Option{{Code: 2, Value: order.AppendUint32(nil, uint32(i%3))}}
			}
		}
		var file bytes.Buffer
		if err := capturetest.WritePCAPNG(&file, capturetest.Options{Order: order, Interfaces: []capturetest.Interface{{}, {Name: "another"}}}, inBlocks); err != nil {
			t.Fatal(err)
		}
		for _, octets := range [][]byte{file.Bytes(), randomcapture.Encode(all, randomcapture.Format{Order: order}),
			randomcapture.Encode(cooked, randomcapture.Format{Order: order, Link: randomcapture.LinkSLL})} {
			name := filepath.Join(t.TempDir(), "capture")
			if err := os.WriteFile(name, octets, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), ReorderWindow: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Start(); err != nil {
				t.Fatal(err)
			}
			if taken := p.account.Accounted.Packets + uint64(p.readPlain(len(all))); taken < uint64(len(all)) {
				t.Errorf("%s, %v: %d of %d packets", p.account.Format, order, taken, len(all))
			}
			_ = p.Close() // it was only read
		}
	}
}

// TestPlainSection reads a section whose packets are of an interface that an earlier section describes: they are lost, in
// either way.
func TestPlainSection(t *testing.T) {
	var file bytes.Buffer
	for section, interfaces := range [][]capturetest.Interface{{{}}, {}} {
		packets := make([]capturetest.Packet, 10)
		for i := range packets {
			packets[i] = capturetest.Packet{Time: flow.Timestamp(1e18 + section*1e9 + i*1000), Data: plainFrame}
		}
		if err := capturetest.WritePCAPNG(&file, capturetest.Options{Interfaces: interfaces}, packets); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, plain := range []bool{false, true} {
		if got, account := readEither(t, name, plain, 8); len(got) != 10 || account.Capture.LostPackets != 10 {
			t.Errorf("plain %v: %d packets, %d lost, want 10 and 10", plain, len(got), account.Capture.LostPackets)
		}
	}
}
