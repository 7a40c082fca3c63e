package main

import (
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
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
func reportCoverage(e *engine.Exported, settings *meter.Settings) flow.Coverage {
	longest, never := settings.ActiveTimeout, settings.ActiveTimeout == 0
	for _, own := range settings.Protocols {
		longest, never = max(longest, own.Active), never || own.Active == 0
	}
	if never || e.FirstEnd > e.LastEnd {
		return flow.Coverage{}
	}
	return flow.Coverage{From: e.FirstEnd.Later(longest), To: e.LastEnd.Earlier(longest)}
}

// cover tells the result which intervals are complete.
func (j *job) cover(result *engine.Result) {
	o := j.options
	settings := o.meter()
	result.Packets = packetCoverage(result.Clocks, time.Duration(o.reorderWindow), &o.selection, j.accounts)
	result.Reports = reportCoverage(&result.Exported, &settings)
}
