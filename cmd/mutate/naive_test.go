package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"testing"

	"netstream/aggregate/naive"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/sample"
)

// framesAsPcap gives the frames that can be read of a capture as a sound pcap file
// of nanoseconds, which is all that package naive reads. ok is false if a frame
// cannot be in such a file, or has what naive does not look at: IEEE 802.3 framing, and
// directions, which are sampled apart.
func framesAsPcap(t *testing.T, content []byte) (pcap []byte, ok bool) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, false
	}
	const nanosecondsPerSecond = 1_000_000_000
	pcap = binary.LittleEndian.AppendUint32(nil, 0xa1b23c4d)
	pcap = append(pcap, 2, 0, 4, 0)
	pcap = append(pcap, make([]byte, 12)...)
	pcap = append(pcap, 1, 0, 0, 0)
	var f capture.Frame
	for number := uint64(1); ; {
		err := r.Next(&f)
		if err == io.EOF {
			return pcap, number > 1
		}
		if err != nil {
			continue
		}
		from := r.Interfaces()[f.Interface]
		seconds := f.Time / nanosecondsPerSecond
		if from.LinkType != 1 || from.Name != "" || f.FCSLength > 0 || !f.TimeValid || f.Time < 0 || seconds >= 1<<32 || f.Number != number || f.Direction != 0 {
			return nil, false
		}
		if len(f.Data) >= 16 {
			if etherType := binary.BigEndian.Uint16(f.Data[12:]); etherType < 0x600 {
				return nil, false
			}
		}
		number++
		for _, v := range []uint32{uint32(seconds), uint32(f.Time % nanosecondsPerSecond), uint32(len(f.Data)), f.Length} {
			pcap = binary.LittleEndian.AppendUint32(pcap, v)
		}
		pcap = append(pcap, f.Data...)
	}
}

// TestDamagedCapturesGiveTheRowsOfNaive compares the tables of damaged captures
// with those that the slow second implementation makes of the same frames.
func TestDamagedCapturesGiveTheRowsOfNaive(t *testing.T) {
	cases, paths := uint64(3000), mustFind(t)
	if corpus := os.Getenv("NETSTREAM_CORPUS"); corpus != "" {
		more, err := findCaptures([]string{corpus})
		if err != nil {
			t.Fatal(err)
		}
		cases, paths = 20_000, append(paths, more...)
	}
	compared, packets := uint64(0), uint64(0)
	for index := range cases {
		tr, err := newTrial(11, index, paths)
		if err != nil {
			t.Fatal(err)
		}
		pcap, ok := framesAsPcap(t, tr.content)
		if !ok {
			continue
		}
		tr.settings.withMAC = true // naive has no other way
		got, err := tr.try(run)
		if err != nil {
			t.Fatalf("%v: %v", tr, err)
		}
		want := naiveTables(t, tr, pcap)
		if got.tables != want {
			t.Errorf("%v gives other rows than naive, with settings %+v", tr, tr.settings)
		}
		compared++
		packets += got.packets
	}
	if compared < cases/4 || packets < cases/2 {
		t.Errorf("%d of %d cases of %d packets are compared", compared, cases, packets)
	}
}

// naiveSelection says the same to naive.
func naiveSelection(s *reader.Selection) naive.Selection {
	selection := naive.Selection{
		HasFrom: s.Time.HasFrom, HasTo: s.Time.HasTo, From: s.Time.From, To: s.Time.To, DuplicateWindow: s.DuplicateWindow,
		Packets: s.Sample.Packets, Phase: s.Sample.Phase, Window: s.Sample.Window, Seed: s.Sample.Seed, Count: int(s.Count.Packets),
	}
	if s.Sample.Method != sample.None {
		selection.Method = s.Sample.Method.String()
	}
	return selection
}

// naiveTables gives the digest of the rows as audit makes it.
func naiveTables(t *testing.T, tr *trial, pcap []byte) [sha256.Size]byte {
	t.Helper()
	m := &tr.settings.meter
	options := naive.Options{
		Idle: m.IdleTimeout, Active: m.ActiveTimeout, EndGrace: m.EndGrace, Interval: m.Interval, ReorderWindow: tr.settings.reorderWindow,
		Fin: m.Fin.String(), Rst: m.Rst.String(), MaxOctets: m.MaxOctets, MaxPackets: m.MaxPackets, CutEvery: m.CutEvery,
		Protocols: make(map[uint8]naive.Timers),
		Select:    naiveSelection(&tr.settings.selection),
	}
	for protocol, own := range m.Protocols {
		options.Protocols[protocol] = naive.Timers(own)
	}
	want, err := naive.Run([]naive.File{{Name: "-", Content: pcap}}, options)
	if err != nil {
		t.Fatalf("%v: %v", tr, err)
	}
	rows := sha256.New()
	for i := range want.Flows {
		if err := addRow(rows, &want.Flows[i]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range want.Intervals {
		want.Intervals[i].Complete = false // whoever writes the tables tells the engine what was seen
		if err := addRow(rows, &want.Intervals[i]); err != nil {
			t.Fatal(err)
		}
	}
	return [sha256.Size]byte(rows.Sum(nil))
}
