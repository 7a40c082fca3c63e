package main

import "time"

// pair is a record of a reference with the row of netstream that is taken for the
// same; one of them is nil where the other has no counterpart.
type pair struct {
	reference *flowRecord
	row       *flowRecord
}

// match pairs the records of a reference with rows. Rows are in the order of time
// and references in that of the file, and flows repeat: so equal ones are paired
// first, then those of the same key with the most equal cells, and last the ones
// that agree in ever less of the key.
func match(records, rows []flowRecord, precision time.Duration) []pair {
	m := matcher{records: records, rows: rows, precision: precision, paired: make([]int, len(records)), taken: make([]bool, len(rows))}
	for i := range m.paired {
		m.paired[i] = -1
	}
	tuple := fiveTuple()
	m.pass(tuple, true)
	for n := len(tuple); n > 0; n-- {
		if n == 3 || n == 4 {
			continue // one port alone says little
		}
		m.pass(tuple[:n], false)
	}
	m.pass([]string{"packets", "bytes"}, false)
	return m.pairs()
}

type matcher struct {
	records, rows []flowRecord
	precision     time.Duration
	paired        []int // the row of a record, -1 for none
	taken         []bool
}

// pass pairs what is left over by some columns; with wholly, only where no cell
// differs.
func (m *matcher) pass(columns []string, wholly bool) {
	byKey := map[string][]int{}
	for i := range m.rows {
		if !m.taken[i] {
			key := m.rows[i].key(columns)
			byKey[key] = append(byKey[key], i)
		}
	}
	for i := range m.records {
		if m.paired[i] >= 0 {
			continue
		}
		best, most := -1, -1
		for _, j := range byKey[m.records[i].key(columns)] {
			if m.taken[j] {
				continue
			}
			equal := m.equalCells(i, j)
			if equal > most {
				best, most = j, equal
			}
			if most == len(m.records[i].cells) {
				break
			}
		}
		if best >= 0 && (!wholly || most == len(m.records[i].cells)) {
			m.paired[i] = best
			m.taken[best] = true
		}
	}
}

func (m *matcher) equalCells(record, row int) (equal int) {
	for column, want := range m.records[record].cells {
		if equalCell(column, want, m.rows[row].cells[column], m.precision) {
			equal++
		}
	}
	return equal
}

func (m *matcher) pairs() []pair {
	var pairs []pair
	for i := range m.records {
		p := pair{reference: &m.records[i]}
		if m.paired[i] >= 0 {
			p.row = &m.rows[m.paired[i]]
		}
		pairs = append(pairs, p)
	}
	for i := range m.rows {
		if !m.taken[i] {
			pairs = append(pairs, pair{row: &m.rows[i]})
		}
	}
	return pairs
}
