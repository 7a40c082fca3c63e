package main

import (
	"time"

	"netstream/aggregate/flow"
)

// partition says into how many files a table is split, by the time of its rows in UTC:
// that of the start of flows and intervals. Folders are named as Hive does, so that
// DuckDB, Spark, Polars and pyarrow know which ones a question about a time concerns.
type partition uint8

const (
	partitionNone partition = iota
	partitionDay
	partitionHour
)

// maxPartitions bounds the files of one table. A hostile capture could name a day of
// five centuries in each packet.
const maxPartitions = 10000

// The text of partitions makes them the value of a flag.

func (p partition) String() string { return [...]string{"none", "day", "hour"}[p] }

// Set takes the text of the flag over.
func (p *partition) Set(text string) error {
	for _, known := range []partition{partitionNone, partitionDay, partitionHour} {
		if known.String() == text {
			*p = known
			return nil
		}
	}
	return usageError("partition %q is none of none, day and hour", text)
}

// Type names the kind of value in the help.
func (p partition) Type() string { return "none|day|hour" }

// width gives the length of a partition.
func (p partition) width() time.Duration {
	if p == partitionHour {
		return time.Hour
	}
	return 24 * time.Hour
}

// start gives what rows of one partition have in common.
func (p partition) start(at flow.Timestamp) flow.Timestamp {
	if p == partitionNone {
		return 0
	}
	return at.Interval(p.width())
}

// file gives the name of the file of a table for rows of a time.
func (p partition) file(table string, at flow.Timestamp, format string) string {
	utc := at.Time()
	switch p {
	case partitionDay:
		return table + "/" + utc.Format("date=2006-01-02") + "/part-0." + format
	case partitionHour:
		return table + "/" + utc.Format("date=2006-01-02") + "/" + utc.Format("hour=15") + "/part-0." + format
	}
	return table + "." + format
}
