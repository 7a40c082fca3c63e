package finished

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

var (
	// ErrNoRun says that a directory is not the output of a run.
	ErrNoRun = errors.New("it is not the output of a run")

	// ErrDamaged says that a file of a run is not what was written.
	ErrDamaged = errors.New("it is damaged")
)

// Run is a finished run directory.
type Run struct {
	Path     string
	Manifest manifest.Manifest
	sums     map[string]string // SHA-256 in hexadecimal, by name of the file
}

// maxDocument is the most octets of run.json and of SHA256SUMS that are read.
const maxDocument = 256 << 20

// Open opens a run directory: it checks run.json against SHA256SUMS, that both agree
// about the tables, and that these are there with their sizes. Their digests are
// checked when they are opened. The error is [ErrNoRun] if there is no run, and
// [ErrDamaged] if it is not as it was written.
func Open(path string) (*Run, error) {
	document, err := readDocument(filepath.Join(path, outdir.ManifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot read %s: %w: %w", path, ErrNoRun, err)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	r := &Run{Path: path, sums: make(map[string]string)}
	if err := json.Unmarshal(document, &r.Manifest); err != nil {
		return nil, r.damaged(outdir.ManifestName, err.Error())
	}
	if r.Manifest.Schema.Name != outdir.SchemaName {
		return nil, fmt.Errorf("cannot read %s: %w: %s has the schema %q, want %q", path, ErrNoRun, outdir.ManifestName, r.Manifest.Schema.Name, outdir.SchemaName)
	}
	if err := r.readSums(); err != nil {
		return nil, err
	}
	digest := sha256.Sum256(document)
	if err := r.compare(outdir.ManifestName, hex.EncodeToString(digest[:])); err != nil {
		return nil, err
	}
	for _, output := range r.Manifest.Outputs {
		if !filepath.IsLocal(filepath.FromSlash(output.Name)) {
			return nil, r.damaged(outdir.ManifestName, fmt.Sprintf("it names a file %q", output.Name))
		}
		if err := r.compare(output.Name, output.SHA256); err != nil {
			return nil, err
		}
		info, err := os.Stat(r.file(output.Name))
		if err != nil {
			return nil, r.damaged(output.Name, err.Error())
		}
		if info.Size() != output.Size {
			return nil, r.damaged(output.Name, fmt.Sprintf("it has %d octets, want %d", info.Size(), output.Size))
		}
	}
	return r, nil
}

func (r *Run) file(name string) string { return filepath.Join(r.Path, filepath.FromSlash(name)) }

func (r *Run) damaged(name, what string) error {
	return fmt.Errorf("cannot use %s: %s: %w: %s", r.Path, name, ErrDamaged, what)
}

func readDocument(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxDocument+1))
	if err == nil && len(content) > maxDocument {
		err = fmt.Errorf("%s has more than %d octets", filepath.Base(path), maxDocument)
	}
	return content, err
}

// readSums reads SHA256SUMS.
func (r *Run) readSums() error {
	content, err := readDocument(r.file(outdir.SumsName))
	if err != nil {
		return r.damaged(outdir.SumsName, err.Error())
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != 2*sha256.Size {
			return r.damaged(outdir.SumsName, fmt.Sprintf("line %q", lines.Text()))
		}
		r.sums[name] = sum
	}
	return lines.Err()
}

// compare compares the digest of a file with SHA256SUMS.
func (r *Run) compare(name, digest string) error {
	if want, ok := r.sums[name]; !ok {
		return r.damaged(outdir.SumsName, "it does not have "+name)
	} else if want != digest {
		return r.damaged(name, fmt.Sprintf("its SHA-256 is %s, %s says %s", digest, outdir.SumsName, want))
	}
	return nil
}

// verify reads a file and compares it with SHA256SUMS.
func (r *Run) verify(name string) error {
	f, err := os.Open(r.file(name))
	if err != nil {
		return r.damaged(name, err.Error())
	}
	defer f.Close() // it was only read
	digest := sha256.New()
	if _, err := io.Copy(digest, f); err != nil {
		return fmt.Errorf("cannot read %s: %w", r.file(name), err)
	}
	return r.compare(name, hex.EncodeToString(digest.Sum(nil)))
}
