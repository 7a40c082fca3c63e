package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"netstream/aggregate/naive/randomcapture"
)

// compressors are the formats that can be written here. bzip2 can not; a fixture
// has it.
var compressors = []struct {
	name string
	open func(io.Writer) (io.WriteCloser, error)
}{
	{"gzip", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }},
	{"zstd", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }},
	{"lz4", func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }},
	{"xz", func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }},
}

// compressed compresses parts one by one and joins what comes out.
func compressed(t *testing.T, open func(io.Writer) (io.WriteCloser, error), parts ...[]byte) []byte {
	t.Helper()
	var file bytes.Buffer
	for _, part := range parts {
		w, err := open(&file)
		if err == nil {
			_, err = w.Write(part)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// bigCapture is a capture of more packets than go through the program at once.
func bigCapture(t *testing.T) []byte {
	t.Helper()
	for seed := uint64(0); ; seed++ {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 20_000, Disorder: randomcapture.Hostile})
		if len(packets) > 15_000 {
			return encoded(packets)
		}
	}
}

// TestCompressedInputs has the tables of the plain file, whatever it is packed in,
// whole, in two parts, twice over, or with the name of another format.
func TestCompressedInputs(t *testing.T) {
	plain := bigCapture(t)
	flows, intervals := tablesOf(t, saved(t, "a.pcap", plain))
	half := len(plain)/2 + 1
	for _, c := range compressors {
		for name, content := range map[string][]byte{
			"whole":         compressed(t, c.open, plain),
			"two members":   compressed(t, c.open, plain[:half], plain[half:]),
			"empty members": compressed(t, c.open, nil, plain, nil),
			"in gzip":       compressed(t, compressors[0].open, compressed(t, c.open, plain)),
		} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				for _, file := range []string{"a.pcap", "a.bz2"} {
					gotFlows, gotIntervals := tablesOf(t, saved(t, file, content))
					mustBeSame(t, "flows", gotFlows, flows)
					mustBeSame(t, "intervals", gotIntervals, intervals)
				}
			})
		}
	}
}

// TestStandardInput has the tables of the same file, and streams the same flow
// table.
func TestStandardInput(t *testing.T) {
	content := bigCapture(t)
	flows, intervals := tablesOf(t, saved(t, "a.pcap", content))
	for name, stdin := range map[string][]byte{"plain": content, "gzip": compressed(t, compressors[0].open, content)} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if got := netstreamWith(drip{bytes.NewReader(stdin)}, "run", "-", "-o", "csv", "-w", out); got.code != exitOK {
				t.Fatalf("exit code %d: %s", got.code, got.errors)
			}
			mustBeSame(t, "flows", readFile(t, out, "flows.csv"), flows)
			mustBeSame(t, "intervals", readFile(t, out, "intervals.csv"), intervals)
			got := netstreamWith(bytes.NewReader(stdin), "run", "-", "-o", "csv", "-w", "-")
			if got.code != exitOK || got.errors != "" {
				t.Fatalf("exit code %d: %s", got.code, got.errors)
			}
			mustBeSame(t, "flows on standard output", got.out, flows)
		})
	}
}

// drip gives a few octets at a time, as a pipe may.
type drip struct{ r io.Reader }

func (d drip) Read(p []byte) (int, error) { return d.r.Read(p[:min(len(p), 1021)]) }

// TestSameOctets runs the same job in all the ways that must not matter: each
// file of the output has the same octets.
func TestSameOctets(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for seed := range uint64(6) {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Hostile})
		names = append(names, filepath.Join(dir, fmt.Sprintf("%d.pcap", seed)))
		if err := os.WriteFile(names[seed], encoded(packets), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	backwards := slices.Clone(names)
	slices.Reverse(backwards)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, format := range []string{"csv", "parquet"} {
		runtime.GOMAXPROCS(1)
		want := outputOf(t, slices.Concat([]string{"-o", format, "-j", "1"}, names)...)
		for _, c := range []struct {
			processors int
			args       []string
		}{
			{1, slices.Concat([]string{"-j", "8"}, names)},
			{8, slices.Concat([]string{"-j", "1"}, names)},
			{8, slices.Concat([]string{"-j", "8"}, names)},
			{8, slices.Concat([]string{"-j", "3"}, backwards)},
			{2, []string{"-j", "2", dir}},
			{2, []string{filepath.Join(dir, "[0-9].pcap"), "-v"}},
		} {
			t.Run(fmt.Sprintf("%s, GOMAXPROCS %d, %s", format, c.processors, strings.Join(c.args[:2], " ")), func(t *testing.T) {
				runtime.GOMAXPROCS(c.processors)
				mustBeSameOutput(t, outputOf(t, append([]string{"-o", format}, c.args...)...), want)
			})
		}
	}
}

// mustBeSameOutput compares all files of two output directories.
func mustBeSameOutput(t *testing.T, got, want string) {
	t.Helper()
	entries, err := os.ReadDir(want)
	if err != nil {
		t.Fatal(err)
	}
	if there, err := os.ReadDir(got); err != nil || len(there) != len(entries) || len(entries) != 5 {
		t.Fatalf("%d files, want %d, and 5: %v", len(there), len(entries), err)
	}
	for _, e := range entries {
		if readFile(t, got, e.Name()) != readFile(t, want, e.Name()) {
			t.Errorf("%s differs", e.Name())
		}
	}
}
