//go:build !unix

package input

import (
	"io/fs"
	"os"
	"path/filepath"
)

func openRegular(name string) (*os.File, error) { return os.Open(name) }

func identityOf(name string, _ fs.FileInfo) identity {
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		name = resolved
	}
	if absolute, err := filepath.Abs(name); err == nil {
		name = absolute
	}
	return identity{path: name}
}

func statOf(info fs.FileInfo) Stat {
	return Stat{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
}
