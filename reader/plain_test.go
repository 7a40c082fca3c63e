package reader

import (
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
	"netstream/reader/input"
)

// TestPlain reads random captures, of all degrees of disorder, cut and damaged, in both
// ways: packets and accounts are the same.
func TestPlain(t *testing.T) {
	hasher := flow.HasherFromSeed([16]byte{7})
	name := filepath.Join(t.TempDir(), "capture")
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 11))
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 1000, Disorder: randomcapture.Disorder(seed % 3)})
		if random.IntN(2) == 0 {
			packets = randomcapture.Snap(packets, 40+random.IntN(200))
		}
		file := randomcapture.Encode(packets, randomcapture.Formats()[random.IntN(4)])
		for range random.IntN(3) {
			file[24+random.IntN(len(file)-24)] ^= byte(1 << random.IntN(8))
		}
		if random.IntN(4) == 0 {
			file = file[:24+random.IntN(len(file)-24)]
		}
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		read := func(plain bool) (all []flow.Packet, account *Account) {
			options := Options{Points: flow.NewPoints(), Hasher: hasher, ReorderWindow: time.Second, JoinFragments: seed%2 == 0, Room: 64}
			if seed%5 == 0 {
				options.BufferSize = 300 // records that do not lie in the buffer as a whole
			}
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
				all = append(all, slices.Clone(some)...)
				room = some[:64]
			}
		}
		want, wanted := read(false)
		got, account := read(true)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d packets, want %d, or others", seed, len(got), len(want))
		}
		wanted.Input, account.Input = input.Account{}, input.Account{} // which has pointers, and times of the file
		if !reflect.DeepEqual(account, wanted) {
			t.Fatalf("seed %d: account %s\nwant %s", seed, fmt.Sprintf("%+v", account), fmt.Sprintf("%+v", wanted))
		}
	}
}

// TestPlainFrames gives a capture with nothing odd, of which all packets but the first ones go the
// short way.
func TestPlainFrames(t *testing.T) {
	packets := randomcapture.New(3, randomcapture.Options{Packets: 1})
	frame := append(append(make([]byte, 12), 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2), 0, 53, 0, 54, 0, 8, 0, 0)
	all := make([]randomcapture.Packet, 1000)
	for i := range all {
		all[i] = randomcapture.Packet{Time: packets[0].Time + int64(i)*1000, Frame: frame, WireLength: uint32(len(frame))}
	}
	name := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, randomcapture.Encode(all, randomcapture.Formats()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), ReorderWindow: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close() // it was only read
	if _, err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if taken := p.account.Accounted.Packets + uint64(p.readPlain(len(all))); taken < uint64(len(all)) {
		t.Errorf("%d of %d packets", taken, len(all))
	}
}
