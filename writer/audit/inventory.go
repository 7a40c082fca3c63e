package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// fileState is a file of the directory as it was found.
type fileState struct {
	size   int64
	digest string // SHA-256 in hexadecimal; empty if it could not be read
}

// local gives the path of a file of the run.
func (a *auditor) local(name string) string {
	return filepath.Join(a.path, filepath.FromSlash(name))
}

// inventory looks at everything in the directory: what the run did not write is a
// defect, and so are links and special files.
func (a *auditor) inventory(ctx context.Context) error {
	files, folders := a.expected()
	err := filepath.WalkDir(a.path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == a.path {
			return err
		}
		relative, err := filepath.Rel(a.path, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		switch {
		case entry.IsDir() && (files == nil || folders[relative]):
		case entry.IsDir():
			a.defect(relative, "inventory", "a folder", "no entry of this name")
		case files != nil && !files[relative]:
			a.defect(relative, "inventory", "a file", "no entry of this name")
		case !entry.Type().IsRegular():
			a.defect(relative, "inventory", entry.Type().String(), "a regular file")
		default:
			a.found[relative] = &fileState{}
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if a.found[name] == nil && name != outdir.ProvenanceName {
			if _, err := os.Lstat(a.local(name)); err != nil {
				a.defect(name, "inventory", "no file", "a file")
			}
		}
	}
	return nil
}

// expected gives the files that the run wrote and the folders that lead to them; nil if
// nobody knows.
func (a *auditor) expected() (files, folders map[string]bool) {
	m := a.report.Manifest
	if m == nil {
		return nil, nil
	}
	folders = make(map[string]bool)
	files = map[string]bool{outdir.ManifestName: true, outdir.SumsName: true, outdir.ProvenanceName: true}
	for _, output := range m.Outputs {
		files[output.Name] = true
		for folder := path.Dir(output.Name); folder != "." && folder != "/"; folder = path.Dir(folder) {
			folders[folder] = true
		}
	}
	return files, folders
}

// digests reads all files and compares them with run.json and SHA256SUMS.
func (a *auditor) digests(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(a.found)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := a.found[name]
		var err error
		if f.size, f.digest, err = digestOf(a.local(name)); err != nil {
			a.defect(name, "reading", err, "its octets")
			continue
		}
		a.report.Files++
		a.report.Octets += f.size
	}
	a.compareOutputs()
	a.compareSums()
	return nil
}

func digestOf(name string) (size int64, digest string, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer f.Close() // it was only read
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return 0, "", err
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}

// compareOutputs compares the files with what run.json says of them.
func (a *auditor) compareOutputs() {
	if a.report.Manifest == nil {
		return
	}
	for i := range a.report.Manifest.Outputs {
		output := &a.report.Manifest.Outputs[i]
		f := a.found[output.Name]
		if f == nil || f.digest == "" {
			continue
		}
		compare(a, output.Name, "size in octets, by run.json", f.size, output.Size)
		compare(a, output.Name, "SHA-256, by run.json", f.digest, output.SHA256)
	}
}

// intact says whether a file is the one that run.json speaks of.
func (a *auditor) intact(output *manifest.Output) bool {
	f := a.found[output.Name]
	return f != nil && f.digest == output.SHA256 && f.size == output.Size
}

// compareSums compares the files with SHA256SUMS, which must be octet by octet what the
// run wrote: a line for each file in order of names, without itself.
func (a *auditor) compareSums() {
	if a.found[outdir.SumsName] == nil {
		return
	}
	text, err := readDocument(a.local(outdir.SumsName))
	if err != nil {
		a.defect(outdir.SumsName, "reading", err, "its octets")
		return
	}
	listed := a.readSums(string(text))
	if _, ok := listed[outdir.ProvenanceName]; ok && a.found[outdir.ProvenanceName] == nil {
		a.defect(outdir.ProvenanceName, "inventory", "no file", "a file")
	}
	var canonical strings.Builder
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		fmt.Fprintf(&canonical, "%s  %s\n", listed[name], name)
		if name == outdir.SumsName {
			a.defect(outdir.SumsName, "line", name, "the digests of other files")
		} else if a.found[name] == nil && name != outdir.ProvenanceName {
			if _, err := os.Lstat(a.local(name)); err != nil {
				a.defect(name, "inventory, by SHA256SUMS", "no file", "a file")
			}
		}
	}
	if canonical.String() != string(text) {
		a.defect(outdir.SumsName, "form", "something else", "a line a file, in the order of names")
	}
	for _, name := range slices.Sorted(maps.Keys(a.found)) {
		if name == outdir.SumsName || a.found[name].digest == "" {
			continue
		}
		if want, ok := listed[name]; !ok {
			a.defect(outdir.SumsName, "digest of "+name, "no line", "a line")
		} else {
			compare(a, name, "SHA-256, by SHA256SUMS", a.found[name].digest, want)
		}
	}
}

// readSums reads SHA256SUMS.
func (a *auditor) readSums(text string) map[string]string {
	listed := make(map[string]string)
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		sum, name, ok := strings.Cut(line, "  ")
		if _, err := hex.DecodeString(sum); !ok || err != nil || len(sum) != 2*sha256.Size || !filepath.IsLocal(filepath.FromSlash(name)) {
			a.defect(outdir.SumsName, fmt.Sprintf("line %d", number+1), fmt.Sprintf("%.120q", line), "a digest, two blanks and a name")
			continue
		}
		if _, twice := listed[name]; twice {
			a.defect(outdir.SumsName, fmt.Sprintf("line %d", number+1), "a second line of "+name, "one line a file")
		}
		listed[name] = sum
	}
	return listed
}
