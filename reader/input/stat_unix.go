//go:build unix

package input

import (
	"io/fs"
	"os"
	"syscall"
)

// openRegular opens a file for reading. Without O_NONBLOCK a named pipe put in
// the file's place would hold the program until somebody writes to it.
func openRegular(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
}

func identityOf(name string, info fs.FileInfo) identity {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return identity{device: uint64(s.Dev), inode: s.Ino}
	}
	return identity{path: name}
}

func statOf(info fs.FileInfo) Stat {
	stat := Stat{Size: info.Size(), ModTime: info.ModTime().UnixNano()}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		stat.Device, stat.Inode = uint64(s.Dev), s.Ino
	}
	return stat
}
