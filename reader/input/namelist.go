package input

import (
	"bytes"
	"fmt"
	"io"
)

// MaxNameList is the size in octets up to which a list of names is read: 64 for
// each of MaxSources.
const MaxNameList = 64 << 20

// ReadNames reads a list of file names. If there is a NUL in it the names are
// separated by NUL (as find -print0 writes them), else they are lines that end
// in LF or CR LF, the last one's end being optional. Empty names are left out;
// nothing else is special. It fails with an *Error: Unreadable if r does,
// Refused if the list is longer than MaxNameList.
func ReadNames(r io.Reader) ([]string, error) {
	list, err := io.ReadAll(io.LimitReader(r, MaxNameList+1))
	if err != nil {
		return nil, unreadable("read", "list of names", err)
	}
	if len(list) > MaxNameList {
		return nil, &Error{Class: Refused, Op: "read", Name: "list of names",
			Err: fmt.Errorf("it is longer than %d octets", MaxNameList)}
	}
	separator := []byte("\n")
	lines := bytes.IndexByte(list, 0) < 0
	if !lines {
		separator = []byte{0}
	}
	var names []string
	for name := range bytes.SplitSeq(list, separator) {
		if lines {
			name = bytes.TrimSuffix(name, []byte("\r"))
		}
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	return names, nil
}
