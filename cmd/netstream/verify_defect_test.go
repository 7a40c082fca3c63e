package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// verifiedRun makes a run directory with all kinds of files.
func verifiedRun(t *testing.T, format string) string {
	t.Helper()
	return outputOf(t, "-o", format, "--provenance", "-A", "as,prefix", "-A", "dscp=src_ip/24:64,dscp",
		filepath.Join(captures, "lab.pcapng"), filepath.Join(exports, "lab-softflowd-v9.raw"))
}

// contentsOf gives all files of a directory.
func contentsOf(t *testing.T, out string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := fs.WalkDir(os.DirFS(out), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[name], err = os.ReadFile(filepath.Join(out, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestVerifyFindsBitFlips flips single bits of all files, places drawn with a fixed
// seed: half of them anywhere, half of them in each file as often as in the others.
func TestVerifyFindsBitFlips(t *testing.T) {
	for _, format := range []string{"parquet", "csv"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			out := outputOf(t, "-o", format, "--provenance", "-A", "as", filepath.Join(captures, "tcp-fin-closing-ack.pcap"))
			files := contentsOf(t, out)
			if defects := defectsOf(t, out); len(defects) > 0 || len(files) != 7 {
				t.Fatalf("%d files; a fresh run has the defects %v", len(files), defects)
			}
			names := slices.Sorted(maps.Keys(files))
			var all []string
			for _, name := range names {
				all = slices.Concat(all, slices.Repeat([]string{name}, len(files[name])))
			}
			random := rand.New(rand.NewPCG(20261128, 7))
			const flips = 500
			for i := range flips {
				name := names[i/2%len(names)]
				if i%2 == 0 {
					name = all[random.IntN(len(all))]
				}
				flipped := bytes.Clone(files[name])
				bit := random.IntN(8 * len(flipped))
				flipped[bit/8] ^= 1 << (bit % 8)
				mustWrite(t, filepath.Join(out, name), flipped)
				if defects := defectsOf(t, out); !slices.ContainsFunc(defects, about(name)) {
					t.Errorf("bit %d of %s: not found among %v", bit, name, defects)
				}
				mustWrite(t, filepath.Join(out, name), files[name])
			}
			if defects := defectsOf(t, out); len(defects) > 0 {
				t.Errorf("all is as it was, and there are the defects %v", defects)
			}
		})
	}
}

// TestVerifyFindsFaults damages a run directory as disks and people do.
func TestVerifyFindsFaults(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, out string)
		file   string // that a defect must name
	}{
		{"cut", func(t *testing.T, out string) { must(t, os.Truncate(filepath.Join(out, "flows.csv"), 1000)) }, "flows.csv"},
		{"emptied", func(t *testing.T, out string) { must(t, os.Truncate(filepath.Join(out, "ledger.csv"), 0)) }, "ledger.csv"},
		{"longer", func(t *testing.T, out string) {
			text, err := os.ReadFile(filepath.Join(out, "intervals.csv"))
			must(t, err)
			mustWrite(t, filepath.Join(out, "intervals.csv"), append(text, '\n'))
		}, "intervals.csv"},
		{"no table", func(t *testing.T, out string) { must(t, os.Remove(filepath.Join(out, "accounting", "as.csv"))) }, "accounting/as.csv"},
		{"no run.json", func(t *testing.T, out string) { must(t, os.Remove(filepath.Join(out, "run.json"))) }, "run.json"},
		{"no SHA256SUMS", func(t *testing.T, out string) { must(t, os.Remove(filepath.Join(out, "SHA256SUMS"))) }, "SHA256SUMS"},
		{"no provenance", func(t *testing.T, out string) { must(t, os.Remove(filepath.Join(out, "provenance.json"))) }, "provenance.json"},
		{"one more", func(t *testing.T, out string) { mustWrite(t, filepath.Join(out, "accounting", "x.csv"), nil) }, "accounting/x.csv"},
		{"hidden", func(t *testing.T, out string) { mustWrite(t, filepath.Join(out, ".x"), nil) }, ".x"},
		{"folder", func(t *testing.T, out string) { must(t, os.Mkdir(filepath.Join(out, "x"), 0o700)) }, "x"},
		{"link", func(t *testing.T, out string) {
			must(t, os.Rename(filepath.Join(out, "flows.csv"), out+".flows"))
			must(t, os.Symlink(out+".flows", filepath.Join(out, "flows.csv")))
		}, "flows.csv"},
		{"swapped", func(t *testing.T, out string) {
			flows, intervals := filepath.Join(out, "flows.csv"), filepath.Join(out, "intervals.csv")
			must(t, os.Rename(flows, out+".x"))
			must(t, os.Rename(intervals, flows))
			must(t, os.Rename(out+".x", intervals))
		}, "intervals.csv"},
		{"of another run", func(t *testing.T, out string) {
			other := contentsOf(t, outputOf(t, "-o", "csv", filepath.Join(captures, "lab-ping.pcap")))
			mustWrite(t, filepath.Join(out, "ledger.csv"), other["ledger.csv"])
		}, "ledger.csv"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := verifiedRun(t, "csv")
			tt.damage(t, out)
			got := netstream("verify", out)
			if got.code != exitLaw || !strings.Contains(got.out, filepath.Join(out, tt.file)+": ") {
				t.Errorf("exit code %d\n%s%s", got.code, got.out, got.errors)
			}
		})
	}
}

// TestVerifyFindsAllDefects damages each file and wants each of them named.
func TestVerifyFindsAllDefects(t *testing.T) {
	out := verifiedRun(t, "parquet")
	files := contentsOf(t, out)
	for name, content := range files {
		if name != outdir.ManifestName {
			mustWrite(t, filepath.Join(out, name), content[:len(content)-1])
		}
	}
	defects := defectsOf(t, out)
	for name := range files {
		if name != outdir.ManifestName && !slices.ContainsFunc(defects, about(name)) {
			t.Errorf("nothing is said of %s", name)
		}
	}
}

// reseal gives run.json and SHA256SUMS the digests that the files have, as a forger would.
func reseal(t *testing.T, out string, change func(m *manifest.Manifest)) {
	t.Helper()
	files := contentsOf(t, out)
	var m manifest.Manifest
	must(t, json.Unmarshal(files[outdir.ManifestName], &m))
	for i := range m.Outputs {
		content := files[m.Outputs[i].Name]
		m.Outputs[i].Size, m.Outputs[i].SHA256 = int64(len(content)), hexDigest(content)
	}
	if change != nil {
		change(&m)
	}
	var document bytes.Buffer
	must(t, m.Write(&document))
	files[outdir.ManifestName] = document.Bytes()
	mustWrite(t, filepath.Join(out, outdir.ManifestName), document.Bytes())
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != outdir.SumsName {
			sums.WriteString(hexDigest(files[name]) + "  " + name + "\n")
		}
	}
	mustWrite(t, filepath.Join(out, outdir.SumsName), []byte(sums.String()))
}

func hexDigest(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:])
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
