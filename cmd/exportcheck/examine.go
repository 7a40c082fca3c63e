package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// examiner runs netstream on trials and holds the result against the references.
type examiner struct {
	corpus  string
	program string
	known   []difference
}

// finding is what a trial came to.
type finding struct {
	trial       trial
	exit        int
	rows        int
	failures    []string // of netstream itself, or of a file that cannot be read
	comparisons []comparison
}

func (f *finding) fail(format string, arguments ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, arguments...))
}

// comparison is a reference against the rows of netstream.
type comparison struct {
	reference   string
	program     string
	records     int // of the reference
	matched     int // that have a row
	fields      int // cells of the reference's records that have a row
	equal       int // of these, with the same value
	columns     map[string]tally
	late        int // rows explained by having come in front of their template
	explained   map[string]int
	unexplained []disagreement
}

// tally counts cells of a column.
type tally struct{ fields, equal int }

// disagreement is a cell that differs, or a record or row without counterpart:
// these have no column.
type disagreement struct {
	program string
	trial   *trial
	pair
	column    string
	want, got string
	precision time.Duration
	facts     facts
}

func (d *disagreement) String() string {
	switch {
	case d.row == nil && d.reference == nil:
		return fmt.Sprintf("%s: got %s, want %s", d.column, d.got, d.want)
	case d.row == nil:
		return fmt.Sprintf("missing: %v", d.reference)
	case d.reference == nil:
		return fmt.Sprintf("extra: %v", d.row)
	}
	return fmt.Sprintf("%s: got %s, want %s: %v, %v", d.column, show(d.column, d.got), show(d.column, d.want), d.row, d.reference)
}

func show(column, cell string) string {
	if cell == "" {
		return "NULL"
	}
	if isTime(column) {
		if t, err := parseNanoseconds(cell); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	}
	return cell
}

func (e *examiner) examine(t trial) finding {
	f := finding{trial: t}
	r, err := launch(e.program, e.corpus, &t)
	if err != nil {
		f.fail("%v", err)
		return f
	}
	f.exit, f.rows = r.exit, len(r.flows)
	if r.exit != exitComplete && r.exit != exitDamaged {
		f.fail("exit code %d: %s", r.exit, r.complaint)
		return f
	}
	if strings.Contains(strings.ToLower(r.complaint), "bug") {
		f.fail("bug: %s", r.complaint)
	}
	for _, l := range r.laws {
		if !l.Holds {
			f.fail("law %s does not hold", l.ID)
		}
	}
	e.compareAll(&f, &r)
	return f
}

// compareAll holds the references against the rows.
func (e *examiner) compareAll(f *finding, r *run) {
	references := make([]reference, len(f.trial.references))
	facts := factsOf(r)
	for i, path := range f.trial.references {
		var err error
		if references[i], err = readReference(e.corpus, path); err != nil {
			f.fail("%v", err)
		}
		facts.add(&references[i].counts)
	}
	// tshark shows everything and is asked first: what it confirms helps to judge the
	// others.
	for _, first := range [...]bool{true, false} {
		for i, path := range f.trial.references {
			if program := references[i].program; program != "" && first == (program == "tshark") {
				f.comparisons = append(f.comparisons, e.compare(f, r, path, &references[i], facts))
			}
		}
	}
}

// compare holds one reference against the rows.
func (e *examiner) compare(f *finding, r *run, path string, ref *reference, facts facts) comparison {
	c := comparison{reference: path, program: ref.program, records: len(ref.records), columns: map[string]tally{}, explained: map[string]int{}}
	d := disagreement{program: ref.program, trial: &f.trial, facts: facts, precision: ref.precision}
	if ref.totals != nil {
		e.compareTotals(&c, d, ref, r.flows)
		return c
	}
	if ref.counts.known {
		e.compareCount(&c, d, "records", ref.counts.flow, r.sum("records"))
		e.compareCount(&c, d, "option_records", ref.counts.options, r.sum("option_records"))
	}
	for _, p := range match(ref.records, r.flows, ref.precision) {
		d.pair = p
		e.comparePair(&c, d, ref.partial)
	}
	return c
}

// compareCount holds a count of data records against that of the exporters table.
func (e *examiner) compareCount(c *comparison, d disagreement, name string, want, got int) {
	if want != got {
		d.column, d.want, d.got = name, strconv.Itoa(want), strconv.Itoa(got)
		e.settle(c, d)
	}
}

func (e *examiner) comparePair(c *comparison, d disagreement, partial bool) {
	switch {
	case d.reference == nil && partial:
	case d.reference == nil, d.row == nil:
		e.settle(c, d)
	default:
		c.matched++
		for _, column := range d.reference.columns() {
			if column == "exporter_ip" && (!d.trial.captures || len(d.trial.files) > 1) {
				continue // the reference's is that of the replay
			}
			d.column, d.want, d.got = column, d.reference.cells[column], d.row.cells[column]
			count := c.columns[column]
			count.fields++
			c.fields++
			equal := equalCell(column, d.want, d.got, d.precision)
			if d.program == "tshark" {
				d.facts.confirmed[cell{d.row, column}] = equal
			}
			if equal {
				count.equal++
				c.equal++
			} else {
				e.settle(c, d)
			}
			c.columns[column] = count
		}
	}
}

// settle notes a disagreement under the first known difference that explains it.
func (e *examiner) settle(c *comparison, d disagreement) {
	d.facts.late -= c.late
	for _, k := range e.known {
		if k.applies(&d) {
			c.explained[k.name]++
			if k.name == "decoded_late" && d.row != nil {
				c.late++
			}
			return
		}
	}
	c.unexplained = append(c.unexplained, d)
}

// byColumn counts the unexplained disagreements of a comparison by column.
func (c *comparison) byColumn() string {
	counts := map[string]int{}
	for i := range c.unexplained {
		d := &c.unexplained[i]
		switch {
		case d.column != "":
			counts[d.column]++
		case d.row == nil:
			counts["missing"]++
		default:
			counts["extra"]++
		}
	}
	var parts []string
	for name, n := range counts {
		parts = append(parts, fmt.Sprintf("%s %d", name, n))
	}
	slices.SortFunc(parts, cmp.Compare)
	return strings.Join(parts, ", ")
}
