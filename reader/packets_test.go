package reader_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/damage"
	"netstream/reader/input"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func writeFile(t testing.TB, octets []byte) input.Source {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture")
	check(t, os.WriteFile(name, octets, 0o600))
	return input.Source{Name: name}
}

func newOptions(t testing.TB) reader.Options {
	t.Helper()
	hasher, err := flow.NewHasher()
	check(t, err)
	return reader.Options{Points: flow.NewPoints(), Hasher: hasher}
}

// drain reads an input to its end.
func drain(p *reader.Packets) (packets int, err error) {
	batch := make([]flow.Packet, 64)
	for {
		read, err := p.ReadPackets(batch)
		packets += len(read)
		if err == io.EOF {
			return packets, nil
		}
		if err != nil {
			return packets, err
		}
	}
}

// datagram is an Ethernet frame with an IPv4 header and 8 octets of UDP.
func datagram() []byte {
	return append(append(make([]byte, 12), 8, 0,
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2), 0, 53, 0, 54, 0, 8, 0, 0)
}

// Places beyond those that are reported one by one are counted, and so are those
// of the compressed stream.
func TestDamageCount(t *testing.T) {
	options := capturetest.Options{}
	undescribed := capturetest.PacketBlock(options, capturetest.Packet{Data: datagram(), Interface: 7}, 1, 42)
	for _, places := range []int{0, 1, capture.MaxReports - 1, capture.MaxReports, capture.MaxReports + 1, 1000} {
		t.Run(fmt.Sprintf("%d places", places), func(t *testing.T) {
			var file bytes.Buffer
			check(t, capturetest.WritePCAPNG(&file, options, []capturetest.Packet{
				{Data: datagram()}, {Data: datagram(), Before: bytes.Repeat(undescribed, places)},
			}))
			var compressed bytes.Buffer
			w := gzip.NewWriter(&compressed)
			_, err := w.Write(file.Bytes())
			check(t, errors.Join(err, w.Close()))
			for _, c := range []struct {
				octets []byte
				more   int
			}{{file.Bytes(), 0}, {compressed.Bytes(), 0}, {append(compressed.Bytes(), "trailing"...), 1}} {
				p, err := reader.Open(writeFile(t, c.octets), nil, newOptions(t))
				check(t, err)
				packets, err := drain(p)
				check(t, err)
				a := p.Account()
				if packets != 2 || a.Packets() != uint64(2+places) || a.Capture.LostPackets != uint64(places) {
					t.Errorf("%d packets of %d, %d lost", packets, a.Packets(), a.Capture.LostPackets)
				}
				if want := places + c.more; a.DamageCount != uint64(want) || a.Complete() != (want == 0) || len(a.Damages) != min(want, reader.MaxDamages) {
					t.Errorf("%d damaged places, %d listed, want %d", a.DamageCount, len(a.Damages), want)
				}
				if got := a.Capture.DamageCount(); got != uint64(places) {
					t.Errorf("%d damaged places in the capture, want %d", got, places)
				}
			}
		})
	}
}

// A run has room for so many names of interfaces, over all its inputs.
func TestTooManyPoints(t *testing.T) {
	const half = flow.MaxPoints / 2
	named := func(from, n int) []byte {
		options := capturetest.Options{}
		for i := range n {
			options.Interfaces = append(options.Interfaces, capturetest.Interface{Name: fmt.Sprintf("port%d", from+i)})
		}
		var file bytes.Buffer
		check(t, capturetest.WritePCAPNG(&file, options, []capturetest.Packet{{Data: datagram(), Interface: n - 1}}))
		return file.Bytes()
	}
	cases := []struct {
		name  string
		files [][]byte
		fails bool // the last one
	}{
		{"one file, as many as there is room for", [][]byte{named(0, flow.MaxPoints-1)}, false},
		{"one file, one more", [][]byte{named(0, flow.MaxPoints)}, true},
		{"two files, as many as there is room for", [][]byte{named(0, half), named(half, half-1)}, false},
		{"two files, one more", [][]byte{named(0, half), named(half, half)}, true},
		{"two files with the same names", [][]byte{named(0, flow.MaxPoints-1), named(0, flow.MaxPoints-1)}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			options := newOptions(t)
			for i, file := range c.files {
				source := writeFile(t, file)
				p, err := reader.Open(source, nil, options)
				check(t, err)
				_, err = p.Start()
				if !c.fails || i < len(c.files)-1 {
					check(t, err)
					packets, err := drain(p)
					if err != nil || packets != 1 {
						t.Errorf("file %d: %d packets, %v", i, packets, err)
					}
					continue
				}
				var e *input.Error
				if !errors.Is(err, flow.ErrTooManyPoints) || !errors.As(err, &e) || e.Class != input.LimitReached || e.Name != source.Name || e.Hint == "" {
					t.Errorf("file %d: got %v", i, err)
				}
				check(t, p.Close())
			}
		})
	}
}

// An input that is closed after a look at its start and opened again later must
// be the same file then.
func TestOpenedAgain(t *testing.T) {
	var file bytes.Buffer
	check(t, capturetest.WritePCAP(&file, capturetest.Options{}, []capturetest.Packet{{Data: datagram()}, {Data: datagram()}}))
	for _, changed := range []bool{false, true} {
		t.Run(fmt.Sprintf("changed %v", changed), func(t *testing.T) {
			source, options := writeFile(t, file.Bytes()), newOptions(t)
			p, err := reader.Open(source, nil, options)
			check(t, err)
			start, err := p.Start()
			if err != nil || !start.Any {
				t.Fatal(start, err)
			}
			opened := p.Opened()
			check(t, p.Close())
			if changed {
				later := slices.Clone(file.Bytes())
				later[24]++ // one second
				check(t, os.WriteFile(source.Name, later, 0o600))
				check(t, os.Chtimes(source.Name, time.Time{}, time.Unix(1, 0)))
			}
			options.Input.Expect = &opened
			p, err = reader.Open(source, nil, options)
			check(t, err)
			packets, err := drain(p)
			if err != nil || packets != 2 {
				t.Errorf("%d packets, %v", packets, err)
			}
			a := p.Account()
			if a.Complete() == changed || changed && (a.DamageCount != 1 || a.Damages[0].Kind != damage.InputChanged) {
				t.Errorf("damages %v, %d in all", a.Damages, a.DamageCount)
			}
		})
	}
}
