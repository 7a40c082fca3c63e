package datagram_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/reader/capture"
	"netstream/reader/datagram"
	"netstream/reader/netflow"
)

// corpus gives the folder that NETSTREAM_CORPUS names.
func corpus(t *testing.T) string {
	root := os.Getenv("NETSTREAM_CORPUS")
	if root == "" {
		t.Skip("NETSTREAM_CORPUS names no folder")
	}
	return root
}

// files calls visit for the files of a folder of the corpus with one of the given
// suffixes, and gives how many there are.
func files(t *testing.T, folder string, visit func(path string, octets []byte), suffixes ...string) (count int) {
	root := filepath.Join(corpus(t), folder)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || !slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(path, s) }) {
			return err
		}
		octets, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(octets, []byte{0x1f, 0x8b}) {
			z, err := gzip.NewReader(bytes.NewReader(octets))
			if err != nil {
				return err
			}
			octets, _ = io.ReadAll(io.LimitReader(z, 1<<28)) // a cut file is read as far as it goes
		}
		count++
		visit(path, octets)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func kindOf(octets []byte) datagram.Kind {
	return datagram.LooksLikeExports(octets[:min(len(octets), datagram.PrefixLength)], netflow.Length)
}

// TestCorpusKinds tells what every file of the corpus is.
func TestCorpusKinds(t *testing.T) {
	tests := []struct {
		folder   string
		suffixes []string
		want     []datagram.Kind
	}{
		{"netflow-pcap", []string{".pcap"}, []datagram.Kind{datagram.CaptureOfExports}},
		{"netflow-raw", []string{".pcap"}, []datagram.Kind{datagram.CaptureOfExports}},
		{"netflow-raw", []string{".raw", ".dat", ".dump", ".ipfix", ".bin"}, []datagram.Kind{datagram.RawExports}},
		{"ipfix-file", []string{".ipfix"}, []datagram.Kind{datagram.RawExports}},
		{"nfcapd", []string{""}, []datagram.Kind{datagram.Nfcapd, datagram.Unknown}},
		{"sflow", []string{".pcap"}, []datagram.Kind{datagram.Capture}},
		{"other-format", []string{""}, []datagram.Kind{datagram.Unknown, datagram.Capture}},
		{"capture", []string{".pcap", ".cap", ".pcapng", ".gz"}, []datagram.Kind{datagram.Capture, datagram.Unknown}},
		{"pcapng-conformance", []string{".pcapng"}, []datagram.Kind{datagram.Capture}},
	}
	for _, test := range tests {
		counts := make(map[datagram.Kind]int)
		n := files(t, test.folder, func(path string, octets []byte) {
			kind := kindOf(octets)
			counts[kind]++
			switch {
			case strings.Contains(path, "sflow") && strings.HasSuffix(path, ".bin"):
				if kind != datagram.Unknown {
					t.Errorf("%s is %v: it is sFlow", path, kind)
				}
			case test.folder == "capture" && kind == datagram.CaptureOfExports:
				t.Logf("%s is a capture of exports", path)
			case !slices.Contains(test.want, kind):
				t.Errorf("%s is %v, want one of %v", path, kind, test.want)
			}
		}, test.suffixes...)
		t.Logf("%s: %d files, %v", test.folder, n, counts)
		if n == 0 {
			t.Errorf("no files in %s", test.folder)
		}
	}
}

// TestCorpusPairs compares the datagrams in captures with the same ones in raw
// files beside them.
func TestCorpusPairs(t *testing.T) {
	pairs := 0
	files(t, "netflow-raw", func(path string, octets []byte) {
		packed, err := os.ReadFile(strings.TrimSuffix(path, ".raw") + ".pcap")
		if err != nil {
			return
		}
		pairs++
		frames, err := capture.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		packets := datagram.NewPackets(frames, netflow.Length)
		inPackets, damages := readAll(t, packets)
		raw := datagram.NewRaw(bytes.NewReader(octets), netflow.Length)
		inRaw, damagesRaw := readAll(t, raw)
		if text := differ(contents(inRaw), contents(inPackets)); text != "" || len(damages)+len(damagesRaw) > 0 {
			t.Errorf("%s: %s, damages %v and %v", path, text, damages, damagesRaw)
		}
		if raw.Tally().Octets.Sum() != int64(len(octets)) {
			t.Errorf("%s: octets %+v, want %d", path, raw.Tally().Octets, len(octets))
		}
	}, ".raw")
	if pairs == 0 {
		t.Error("no pairs")
	}
	t.Logf("%d pairs", pairs)
}

// TestCorpusPackets reads every capture of exports and wants each frame accounted
// for.
func TestCorpusPackets(t *testing.T) {
	files(t, "", func(path string, octets []byte) {
		frames, err := capture.NewReader(bytes.NewReader(octets))
		if err != nil {
			return
		}
		packets := datagram.NewPackets(frames, netflow.Length)
		messages, _ := readAll(t, packets)
		var all uint64
		for _, o := range packets.Outcomes() {
			all += o.Packets
		}
		if tally := frames.Tally(); all != tally.Packets-tally.LostPackets {
			t.Errorf("%s: outcomes of %d packets, want %d", path, all, tally.Packets-tally.LostPackets)
		}
		if len(messages) > 0 {
			t.Logf("%s: %d messages, %s", path, len(messages), outcomeText(packets))
		}
	}, ".pcap", ".cap", ".pcapng", ".gz")
}
