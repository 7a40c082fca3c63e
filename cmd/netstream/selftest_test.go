package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/cmd/internal/kit"
)

// kitFolder is where the files of the kit are kept.
const kitFolder = "../internal/kit"

// maxKit is the most octets that the kit may add to the program.
const maxKit = 1 << 20

// TestKit holds the inputs of the kit to testdata, both ways, and writes them and the
// digests anew with -update.
func TestKit(t *testing.T) {
	want := make(map[string][]byte)
	for _, folder := range []string{"capture", "export", "reference"} {
		entries, err := os.ReadDir(filepath.Join("../../testdata", folder))
		must(t, err)
		for _, entry := range entries {
			if entry.Name() != "README.md" {
				want[folder+"/"+entry.Name()] = []byte(readFile(t, "../../testdata", folder, entry.Name()))
			}
		}
	}
	if *update {
		writeKit(t, want)
	}
	packed := []byte(readFile(t, kitFolder, kit.InputsName))
	digests := readFile(t, kitFolder, kit.DigestsName)
	if size := len(packed) + len(digests); size > maxKit {
		t.Errorf("the kit has %d octets, want at most %d", size, maxKit)
	}
	inputs, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	must(t, err)
	got := 0
	must(t, fs.WalkDir(inputs, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		got++
		content, err := fs.ReadFile(inputs, name)
		if err == nil && (want[name] == nil || !bytes.Equal(content, want[name])) {
			t.Errorf("%s is not that of testdata; run go test ./cmd/netstream -run TestKit -update", name)
		}
		return err
	}))
	if got != len(want) {
		t.Errorf("the kit has %d inputs, want %d; run go test ./cmd/netstream -run TestKit -update", got, len(want))
	}
}

// writeKit writes the kit anew. Its digests are those of Parquet tables of one worker.
func writeKit(t *testing.T, files map[string][]byte) {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, name := range sortedKeys(files) {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		must(t, err)
		_, err = f.Write(files[name])
		must(t, err)
	}
	must(t, w.Close())
	must(t, os.WriteFile(filepath.Join(kitFolder, kit.InputsName), packed.Bytes(), 0o644))
	s := &selftesting{folder: "../../testdata", scratch: filepath.Join(t.TempDir(), "out")}
	var text strings.Builder
	text.WriteString("case\ttable\trows\tsha256\n")
	for _, c := range selftestCases() {
		digests, err := s.digests(t.Context(), &c, "1", "parquet")
		must(t, err)
		for _, d := range digests {
			fmt.Fprintf(&text, "%s\t%s\t%s\t%s\n", d.Case, d.Table, d.Rows, d.SHA256)
		}
	}
	must(t, os.WriteFile(filepath.Join(kitFolder, kit.DigestsName), []byte(text.String()), 0o644))
}

// TestSelftest passes, with a line for each assertion.
func TestSelftest(t *testing.T) {
	t.Parallel()
	got := netstream("selftest")
	lines := strings.Count(got.out, "\nok ") + 1
	if got.code != exitOK || strings.Contains(got.out, "FAILED") || !strings.HasSuffix(got.out, fmt.Sprintf("\n%d assertions hold\n", lines)) || lines < 200 {
		t.Errorf("exit code %d, %d lines\n%s%s", got.code, lines, got.out, got.errors)
	}
}

// TestSelftestFails changes what is known, or what is read.
func TestSelftestFails(t *testing.T) {
	t.Parallel()
	whole, err := kit.Load()
	must(t, err)
	tests := []struct {
		name   string
		change func(k *kit.Kit, files map[string][]byte)
		want   []string
	}{
		{"another digest", func(k *kit.Kit, _ map[string][]byte) { k.Digests[1].SHA256 = strings.Repeat("0", 64) },
			[]string{"FAILED  default, parquet, -j 1", "FAILED  default, csv, -j 4"}},
		{"a table more", func(k *kit.Kit, _ map[string][]byte) { k.Digests = k.Digests[:len(k.Digests)-1] },
			[]string{"FAILED  damaged, csv, -j 4"}},
		{"another answer", func(_ *kit.Kit, files map[string][]byte) {
			files["capture/expected.tsv"] = bytes.Replace(files["capture/expected.tsv"], []byte("pcap-us-le.pcap\t2\t2\t2"), []byte("pcap-us-le.pcap\t2\t2\t3"), 1)
		}, []string{"FAILED  pcap-us-le.pcap: 2 packets, 2 accounted, 3 flows: got 2, want 3"}},
		{"another input", func(_ *kit.Kit, files map[string][]byte) {
			files["export/v5-sampled.raw"][40]++
		}, []string{"FAILED  exports, parquet, -j 1", "FAILED  exports, csv, -j 4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := make(map[string][]byte)
			must(t, fs.WalkDir(whole.Inputs, ".", func(name string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					files[name], err = fs.ReadFile(whole.Inputs, name)
				}
				return err
			}))
			changed := &kit.Kit{Digests: append([]kit.Digest(nil), whole.Digests...)}
			for _, name := range []string{"capture/expected.tsv", "export/expected.tsv"} { // the first few are enough
				files[name] = bytes.Join(bytes.SplitAfterN(files[name], []byte("\n"), 6)[:5], nil)
			}
			tt.change(changed, files)
			folder := t.TempDir()
			for name, content := range files {
				must(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700))
				mustWrite(t, filepath.Join(folder, name), content)
			}
			changed.Inputs = os.DirFS(folder)
			var out bytes.Buffer
			cases := slices.DeleteFunc(selftestCases(), func(c selftestCase) bool {
				return c.name != "default" && c.name != "exports" && c.name != "damaged"
			})
			err := selftest(t.Context(), &console{out: &out}, changed, cases, true)
			if code := exitCode(t.Context(), err); code != exitLaw {
				t.Errorf("exit code %d: %v", code, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, &out)
				}
			}
			if strings.Contains(out.String(), "ok ") {
				t.Error("quiet, it tells what holds")
			}
		})
	}
}
