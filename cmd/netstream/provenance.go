package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"netstream/writer/outdir"
)

// provenance is what may differ between equal runs: where, when and how this one
// was made.
type provenance struct {
	Arguments   []string          `json:"arguments"`
	Directory   string            `json:"working_directory"`
	Host        string            `json:"host"`
	User        int               `json:"user_id"`
	Began       time.Time         `json:"began"`
	Ended       time.Time         `json:"ended"`
	Go          string            `json:"go_version"`
	System      string            `json:"system"`
	Modules     map[string]string `json:"modules"`
	InputStates []inputState      `json:"inputs"`
}

// inputState is what the file system said of an input.
type inputState struct {
	Name     string `json:"name"`
	Path     string `json:"path"`
	Size     int64  `json:"size"`
	ModTime  int64  `json:"modification_time_ns"`
	Inode    uint64 `json:"inode"`
	ModAfter int64  `json:"modification_time_after_ns"`
}

func (j *job) writeProvenance(dir *outdir.Dir) error {
	p := provenance{
		Arguments: os.Args, User: os.Getuid(), Began: j.began.UTC(), Ended: time.Now().UTC(),
		Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Modules: map[string]string{},
	}
	p.Directory, _ = os.Getwd() // what cannot be found out is left empty
	p.Host, _ = os.Hostname()
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, m := range build.Deps {
			p.Modules[m.Path] = m.Version + " " + m.Sum
		}
	}
	for _, a := range j.accounts {
		path, _ := filepath.Abs(a.Name)
		p.InputStates = append(p.InputStates, inputState{
			Name: a.Name, Path: path, Size: a.Input.Opened.Size, ModTime: a.Input.Opened.ModTime,
			Inode: a.Input.Opened.Inode, ModAfter: a.Input.Closed.ModTime,
		})
	}
	file, err := dir.File(outdir.ProvenanceName)
	if err != nil {
		return outputFailure(err)
	}
	encoder := json.NewEncoder(file)
	encoder.SetIndent("", "  ")
	if err := errors.Join(encoder.Encode(p), file.Close()); err != nil {
		return outputFailure(err)
	}
	return nil
}
