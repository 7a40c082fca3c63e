package main

import (
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/cmd/internal/statefile"
	"netstream/reader"
)

// packetCoverage gives the time of which a run has seen all packets: docs/metering.md
// section 5, Complete intervals.
func packetCoverage(clocks flow.Interval, window time.Duration, selection *reader.Selection, accounts []*reader.Account) flow.Coverage {
	seen := flow.Coverage{From: clocks.Start, To: clocks.Last.Earlier(window)}
	for _, a := range accounts {
		if a.Earlier {
			seen.From = selection.Time.From
		}
		if a.Later && !selection.Count.Set {
			seen.To = selection.Time.To
		}
	}
	return seen
}

// reportCoverage gives the time of which a run has seen all that exporters report, if
// they report a flow that goes on within the longest active timeout of the settings.
func reportCoverage(ends statefile.Span, settings *meter.Settings) flow.Coverage {
	longest, never := settings.ActiveTimeout, settings.ActiveTimeout == 0
	for _, own := range settings.Protocols {
		longest, never = max(longest, own.Active), never || own.Active == 0
	}
	if never || ends.First > ends.Last {
		return flow.Coverage{}
	}
	return flow.Coverage{From: ends.First.Later(longest), To: ends.Last.Earlier(longest)}
}

// cover tells the result which intervals are complete.
func (j *job) cover(result *engine.Result) {
	o := j.options
	settings := o.meter()
	clocks, ends := j.spans(result)
	if clocks == nil {
		clocks = &statefile.Span{First: flow.MaxTimestamp, Last: flow.MinTimestamp}
	}
	if ends == nil {
		ends = &statefile.Span{First: flow.MaxTimestamp, Last: flow.MinTimestamp}
	}
	result.Packets = packetCoverage(flow.Interval{Start: clocks.First, Last: clocks.Last}, time.Duration(o.reorderWindow), &o.selection, j.accounts)
	result.Reports = reportCoverage(*ends, &settings)
}
