package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// scaled is figure for numbers of runs, of which -short has fewer.
func scaled(few, all int) int {
	if testing.Short() {
		few = max(1, few/4)
	}
	return int(figure(uint64(few), uint64(all)))
}

// contents gives the files below a folder by name, nil if it is not there.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	if _, err := os.Lstat(folder); os.IsNotExist(err) {
		return nil
	}
	files := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		files[name] = readFile(t, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// entries gives the names in a folder.
func entries(t *testing.T, folder string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		names = append(names, e.Name())
	}
	return names
}

// openFiles gives how many descriptors the process has, 0 where the system does not tell.
func openFiles() int {
	found, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(found)
}
