package outdir

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// The files of an output that its manifest does not list, and the schema by which
// the manifest is known.
const (
	ManifestName   = "run.json"
	ProvenanceName = "provenance.json"
	SchemaName     = "netstream.run"
)

// maxManifest bounds the octets that are read of a file that may be a manifest.
// One input takes about 2 KiB of a manifest.
const maxManifest = 64 << 20

// admit looks whether what has the final name, if anything, may be replaced.
func (d *Dir) admit(op string) error {
	current, err := d.fs.exists(d.name)
	if err != nil || current == nil {
		return err
	}
	return d.examine(op, d.name)
}

// examine says why what has a name must not be replaced: all but an empty
// directory and, with Options.Replace, the output of a run.
func (d *Dir) examine(op, name string) error {
	refuse := func(cause error) error { return &Error{Op: op, Path: d.Path(), Err: cause} }
	current, err := d.fs.exists(name)
	switch {
	case err != nil:
		return err
	case current == nil:
		return refuse(fs.ErrNotExist)
	case !current.IsDir():
		return refuse(fmt.Errorf("%w: it is no directory", ErrNotOutput))
	case d.fs.isMountPoint(name):
		return refuse(fmt.Errorf("%w: it is a mount point; a directory in it can be the output", ErrNotOutput))
	}
	var empty bool
	if err := d.fs.do("read directory", name, func() (e error) {
		empty, e = d.isEmpty(name)
		return e
	}); err != nil || empty {
		return err
	}
	if !d.replace {
		return refuse(ErrExists)
	}
	owned, err := d.owned(name)
	if err == nil {
		err = d.onlyOwned(name, owned)
	}
	if err != nil {
		return refuse(fmt.Errorf("%w: %w", ErrNotOutput, err))
	}
	return nil
}

func (d *Dir) isEmpty(name string) (bool, error) {
	f, err := d.fs.parent.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // was only read
	_, err = f.ReadDir(1)
	if err == io.EOF {
		return true, nil
	}
	return false, err
}

// owned gives the files that a directory holds by the word of its manifest, and
// the folders that lead to them (true).
func (d *Dir) owned(name string) (map[string]bool, error) {
	manifest := path.Join(name, ManifestName)
	info, err := d.fs.parent.Lstat(manifest)
	if err != nil {
		return nil, fmt.Errorf("its %s: %w", ManifestName, bare(err))
	}
	if !info.Mode().IsRegular() || info.Size() > maxManifest {
		return nil, fmt.Errorf("its %s is no regular file of at most %d octets", ManifestName, maxManifest)
	}
	f, err := d.fs.parent.Open(manifest)
	if err != nil {
		return nil, fmt.Errorf("its %s: %w", ManifestName, bare(err))
	}
	defer func() { _ = f.Close() }() // was only read
	content, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err != nil {
		return nil, fmt.Errorf("its %s: %w", ManifestName, bare(err))
	}
	var m struct {
		Schema struct {
			Name string `json:"name"`
		} `json:"schema"`
		Outputs []struct {
			Name string `json:"name"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("its %s is no manifest: %w", ManifestName, err)
	}
	if m.Schema.Name != SchemaName {
		return nil, fmt.Errorf("its %s has the schema %q, want %q", ManifestName, m.Schema.Name, SchemaName)
	}
	owned := map[string]bool{ManifestName: false, SumsName: false, ProvenanceName: false}
	for _, output := range m.Outputs {
		owned[output.Name] = false
		for folder := path.Dir(output.Name); folder != "." && folder != "/"; folder = path.Dir(folder) {
			owned[folder] = true
		}
	}
	return owned, nil
}

// onlyOwned looks for a file or folder that is not of the run. Links and special
// files never are.
func (d *Dir) onlyOwned(name string, owned map[string]bool) error {
	return fs.WalkDir(d.fs.parent.FS(), name, func(found string, entry fs.DirEntry, err error) error {
		if err != nil || found == name {
			return bare(err)
		}
		found = strings.TrimPrefix(found, name+"/")
		folder, listed := owned[found]
		if !listed || folder != entry.IsDir() || !folder && !entry.Type().IsRegular() {
			return fmt.Errorf("it holds %q, which is not in its %s", found, ManifestName)
		}
		return nil
	})
}
