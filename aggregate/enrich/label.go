package enrich

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// labels are the texts that a user gives to prefixes in one file.
type labels struct {
	columns []int    // of the file, which of all columns of labels they are
	texts   []uint32 // one a row and column of the file
	rows    bart.Table[int32]
}

// add takes a row. Of rows for the same prefix the lesser text of each column counts.
func (l *labels) add(all *Texts, prefix netip.Prefix, texts []string) (contradiction bool) {
	row, known := l.rows.Get(prefix)
	if !known {
		l.rows.Insert(prefix, int32(len(l.texts)/len(l.columns)))
		for _, text := range texts {
			l.texts = append(l.texts, all.number(text))
		}
		return false
	}
	there := l.texts[int(row)*len(l.columns):][:len(l.columns)]
	for i, text := range texts {
		settled, differ := all.settle(there[i], all.number(text))
		there[i], contradiction = settled, contradiction || differ
	}
	return contradiction
}

// find puts the texts of an address where its columns are.
func (l *labels) find(to []uint32, address netip.Prefix) {
	row, ok := longest(&l.rows, address)
	if !ok {
		return
	}
	for i, text := range l.texts[int(row)*len(l.columns):][:len(l.columns)] {
		to[l.columns[i]] = text
	}
}

// sortLabels gives the columns of all files in the order of their names, and tells each
// file where its own are.
func sortLabels(files []labelFile) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.names...)
	}
	slices.Sort(names)
	for _, f := range files {
		for i, name := range f.names {
			f.labels.columns[i], _ = slices.BinarySearch(names, name)
		}
	}
	return names
}

// labelFile is a file of labels with the names of its columns.
type labelFile struct {
	names  []string
	labels *labels
}
