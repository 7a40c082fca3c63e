package capturetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// MaxSeed is the greatest length in octets of a file that Seeds gives: mutations of
// longer ones take too long to be many.
const MaxSeed = 16 << 10

// Seeds gives the content of every short file in the project's test captures, and
// in the folder that NETSTREAM_CORPUS names if it is set, to seed fuzz targets.
// testdata is the path of the project's testdata folder.
func Seeds(tb testing.TB, testdata string) [][]byte {
	tb.Helper()
	folders := []string{filepath.Join(testdata, "capture")}
	if corpus := os.Getenv("NETSTREAM_CORPUS"); corpus != "" {
		folders = append(folders, filepath.Join(corpus, "capture"), filepath.Join(corpus, "pcapng-conformance"))
	}
	var seeds [][]byte
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			if info, err := entry.Info(); err != nil || info.Size() > MaxSeed {
				return err
			}
			content, err := os.ReadFile(path)
			seeds = append(seeds, content)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	if len(seeds) < 50 {
		tb.Fatalf("%d seeds in %v, want at least 50", len(seeds), folders)
	}
	return seeds
}
