package main

import (
	"errors"
	"io/fs"
	"syscall"

	"netstream/writer/outdir"
)

// outputHint gives the next step after a failure of the output, "" if none is known.
func outputHint(err error) string {
	var of *outdir.Error
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "make room, or name a directory on another disk with -w; nothing was committed"
	case errors.Is(err, syscall.EFBIG):
		return "the file system or ulimit -f bounds the size of files; --partition makes smaller ones"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "ulimit -n bounds how many files may be open"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "name a directory with -w that lies where you may write"
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.As(err, &of) && of.Op == outdir.OpenParent:
		return "the folder in which the output is to lie must be there: make it, or name another one with -w"
	}
	return ""
}
