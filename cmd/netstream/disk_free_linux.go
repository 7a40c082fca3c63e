package main

import "syscall"

// freeOctets gives how many octets the user may still write on the file system of a folder.
func freeOctets(folder string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Frsize), nil
}
