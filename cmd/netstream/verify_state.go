package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"netstream/reader/input"
	"netstream/writer/manifest"
)

// stateParameters are those that say what a run takes over, which flags do not say by
// their values.
func stateParameters() []string { return []string{"state", "state_final"} }

// stateAgain gives the file that a repetition takes its state from and leaves it in: a copy
// of what the run of a directory had taken over, or one that is not there if it was the
// first one.
func (o *verifyOptions) stateAgain(path string, m *manifest.Manifest, scratch string) ([]string, error) {
	file := filepath.Join(scratch, stateName)
	wanted := m.Parameters["state"]
	if wanted == "none" {
		return []string{file}, nil
	}
	found, err := o.findState(path, wanted)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(found)
	if err == nil {
		err = os.WriteFile(file, content, 0o600)
	}
	return []string{file}, err
}

// findState looks for a state by its SHA-256: among those that were named, and those of the
// run directories that are verified or lie beside the one that took it over.
func (o *verifyOptions) findState(path, wanted string) (string, error) {
	candidates := slices.Clone(o.states)
	for _, run := range o.runs {
		candidates = append(candidates, filepath.Join(run, stateName))
	}
	beside, err := os.ReadDir(filepath.Dir(filepath.Clean(path)))
	if err != nil {
		return "", err
	}
	for _, entry := range beside {
		candidates = append(candidates, filepath.Join(filepath.Dir(filepath.Clean(path)), entry.Name(), stateName))
	}
	for i, name := range candidates {
		info, err := os.Stat(name)
		if err == nil && !info.Mode().IsRegular() {
			err = errors.New("it is no regular file")
		}
		if err != nil {
			if i < len(o.states) {
				return "", fmt.Errorf("cannot read the state %s: %w", name, err)
			}
			continue
		}
		digest, err := input.DigestOf(name, input.SHA256)
		if errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return "", err
		}
		if digest.String() == wanted {
			return name, nil
		}
	}
	return "", fmt.Errorf("the state that it has taken over, with the SHA-256 %s, is neither named by --state nor in a run directory beside it", wanted)
}
