package reference

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// MaxLabels bounds the columns of a file of labels.
const MaxLabels = 64

// ReadLabels reads what a user says of prefixes: CSV with a header that names the column
// prefix and others. begin is told once the names of the others, made fit for columns:
// lower case, and _ for what is neither letter of ASCII nor digit. add gets a row's
// texts of these, "" where there is none; it must not keep the slice. The error is one
// of reading.
func ReadLabels(in Stream, begin func(names []string), add func(prefix netip.Prefix, texts []string)) (Report, error) {
	report := Report{Format: formatCSV}
	l := newLines(in, &report)
	line, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	if isBinary([]byte(line)) {
		l.fault(errors.New("it is no text"))
		return report, nil
	}
	separator := separatorOf(line)
	header, err := split(nil, line, separator)
	at := placeOf(header, prefixColumn().names)
	if err == nil && at < 0 {
		err = fmt.Errorf("the header has no column prefix: got %q", strings.Join(header, ", "))
	}
	var names []string
	if err == nil {
		names, err = labelNames(slices.Delete(slices.Clone(header), at, at+1))
	}
	if err != nil {
		l.fault(err)
		return report, nil
	}
	begin(names)
	var cells []string
	for {
		if line, ok, err = l.next(); err != nil || !ok {
			return report, err
		}
		if cells, err = split(cells[:0], line, separator); err == nil && len(cells) != len(header) {
			err = fmt.Errorf("got %d cells, want %d", len(cells), len(header))
		}
		var prefix netip.Prefix
		if err == nil {
			prefix, err = parsePrefix(cells[at])
		}
		if err != nil {
			l.fault(err)
			continue
		}
		cells = slices.Delete(cells, at, at+1)
		add(prefix, cells)
		report.Entries++
	}
}

// labelNames makes names of columns of the cells of a header.
func labelNames(cells []string) ([]string, error) {
	if len(cells) == 0 || len(cells) > MaxLabels {
		return nil, fmt.Errorf("the header names %d columns beside prefix, want 1 to %d", len(cells), MaxLabels)
	}
	var names []string
	for _, cell := range cells {
		name := strings.Map(func(r rune) rune {
			switch {
			case 'A' <= r && r <= 'Z':
				return r - 'A' + 'a'
			case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
				return r
			}
			return '_'
		}, cell)
		switch {
		case strings.Trim(name, "_") == "":
			return nil, fmt.Errorf("the header has a column without name: got %q", cell)
		case slices.Contains(names, name):
			return nil, fmt.Errorf("the header has the column %s twice", name)
		}
		names = append(names, name)
	}
	return names, nil
}
