package audit

import (
	"strings"
	"time"

	"netstream/writer/table"
)

// partition is the time that the rows of a file must be of, by the folders that it is in
// (docs/nightly.md section 4).
type partition struct {
	column int
	unit   int64 // of its time stamps in a second
	from   int64 // seconds since the Unix epoch
	to     int64 // likewise, not in it
	wrong  uint64
}

// newPartition gives the partition of a file, nil if it is in none.
func newPartition(name string, columns []column) *partition {
	var layout, text strings.Builder
	width := 24 * time.Hour
	for folder := range strings.SplitSeq(name, "/") {
		if date, ok := strings.CutPrefix(folder, "date="); ok {
			layout.WriteString(time.DateOnly)
			text.WriteString(date)
		}
		if hour, ok := strings.CutPrefix(folder, "hour="); ok {
			layout.WriteString(" 15")
			text.WriteString(" " + hour)
			width = time.Hour
		}
	}
	if text.Len() == 0 {
		return nil
	}
	p := &partition{column: indexOf(columns, "flow_start"), unit: 1e6}
	if p.column < 0 {
		p.column = indexOf(columns, "interval_start")
	}
	if p.column < 0 {
		return nil
	}
	if columns[p.column].kind == table.TimestampNano {
		p.unit = 1e9
	}
	if from, err := time.Parse(layout.String(), text.String()); err == nil {
		p.from, p.to = from.Unix(), from.Add(width).Unix()
	}
	return p
}

// add looks at the time of a row.
func (p *partition) add(row []cell) {
	if p == nil {
		return
	}
	if v := row[p.column].number; v < p.from*p.unit || v >= p.to*p.unit {
		p.wrong++
	}
}
