package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// twice is the same content under another name.
type twice struct {
	name  string
	path  string
	stdin []byte // if path is "-"
}

// squeezed gives content as gzip or zstd of a level.
func squeezed(t *testing.T, format string, level int, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if format == "gzip" {
		w, err := gzip.NewWriterLevel(&b, level)
		must(t, err)
		_, err = w.Write(content)
		must(t, err)
		must(t, w.Close())
		return b.Bytes()
	}
	w, err := zstd.NewWriter(&b, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
	must(t, err)
	_, err = w.Write(content)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

func twins(t *testing.T, folder, original string) []twice {
	t.Helper()
	content := []byte(readFile(t, original))
	half := len(content) / 2
	all := []twice{
		{name: "itself", path: original},
		{name: "another spelling", path: filepath.Dir(original) + "/./" + filepath.Base(original)},
		{name: "standard input", path: "-", stdin: content},
		{name: "gzip on standard input", path: "-", stdin: squeezed(t, "gzip", 6, content)},
	}
	add := func(name string, octets []byte) {
		all = append(all, twice{name: name, path: filepath.Join(folder, strings.ReplaceAll(name, " ", "-"))})
		must(t, os.WriteFile(all[len(all)-1].path, octets, 0o600))
	}
	add("copy", content)
	for _, level := range []int{1, 9} {
		add("gzip "+string(rune('0'+level)), squeezed(t, "gzip", level, content))
		add("zstd "+string(rune('0'+level)), squeezed(t, "zstd", level, content))
	}
	add("gzip of two members", slices.Concat(squeezed(t, "gzip", 6, content[:half]), squeezed(t, "gzip", 6, content[half:])))
	add("zstd of two frames", slices.Concat(squeezed(t, "zstd", 3, content[:half]), squeezed(t, "zstd", 3, content[half:])))
	add("gzip in zstd", squeezed(t, "zstd", 3, squeezed(t, "gzip", 6, content)))
	for name, link := range map[string]func(old, new string) error{"link": os.Link, "symbolic link": os.Symlink} {
		path := filepath.Join(folder, strings.ReplaceAll(name, " ", "-"))
		must(t, link(original, path))
		all = append(all, twice{name: name, path: path})
	}
	must(t, os.Symlink(filepath.Dir(original), filepath.Join(folder, "folder")))
	return append(all, twice{name: "link to the folder", path: filepath.Join(folder, "folder", filepath.Base(original))})
}

// TestI4SameContent (I4): the same content under two names, in whatever compression, is
// refused and nothing is left, or counted twice when that is asked for. Content that
// differs in one octet is not the same.
func TestI4SameContent(t *testing.T) {
	original := saved(t, "original.pcap", datagrams(t, 1, 10, 0))
	all := twins(t, t.TempDir(), original)
	pairs := 0
	for i, one := range all {
		for j, other := range all {
			if i > 0 && j != 0 && (i != j+1 || one.path == other.path) || i == j && i > 0 {
				continue // with the original in either order, and each with the one before
			}
			args := []string{one.path, other.path}
			stdin := slices.Concat(one.stdin, other.stdin)
			if len(stdin) > max(len(one.stdin), len(other.stdin)) {
				continue // there is one standard input
			}
			pairs++
			out := filepath.Join(t.TempDir(), "out")
			got := netstreamWith(bytes.NewReader(stdin), append([]string{"run", "-w", out}, args...)...)
			if got.code != exitUsage || !strings.Contains(got.errors, "duplicate input") || !strings.Contains(got.errors, "--duplicates count") {
				t.Errorf("%s and %s: exit code %d: %s", one.name, other.name, got.code, got.errors)
			}
			if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) > 0 {
				t.Errorf("%s and %s: left behind: %v", one.name, other.name, left)
			}
			got = netstreamWith(bytes.NewReader(stdin), append([]string{"run", "--duplicates", "count", "-o", "csv", "-w", out}, args...)...)
			if got.code != exitOK {
				t.Fatalf("%s and %s, counted: exit code %d: %s", one.name, other.name, got.code, got.errors)
			}
			if packets := packetsOf(t, out); packets != 20 {
				t.Errorf("%s and %s, counted: %d packets, want 20", one.name, other.name, packets)
			}
		}
	}
	near := 0
	content := []byte(readFile(t, original))
	for _, at := range []int{len(content) - 1, len(content) / 2, 18} { // two of payloads, one of the snapshot length
		other := slices.Clone(content)
		other[at]++
		out := outputOf(t, "-o", "csv", original, saved(t, "near.pcap", other))
		if packets := packetsOf(t, out); packets != 20 {
			t.Errorf("one octet differs: %d packets, want 20", packets)
		}
		near++
	}
	t.Logf("assertion I4: %d pairs of %d names and compressions of one content refused, %d of other content not", pairs, len(all), near)
}
