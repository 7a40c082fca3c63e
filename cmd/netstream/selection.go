package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/sample"
)

// selectionOptions are the flags that say which of the packets that can be metered
// are (docs/metering.md, section Selection).
type selectionOptions struct {
	sample      string
	sampleSeed  uint64
	dedupWindow duration
	time        string
	count       uint64

	// What the texts above say. Its Count is that of the whole run.
	selection reader.Selection
}

// addSelectionFlags adds what concerns the packets that can be metered.
func (o *selectionOptions) addSelectionFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.sample, "sample", "none", "meter a sample of the packets of each interface and direction: fix-packets:N (or N/K, the K-th of each N), random-packets:N, fix-time:MS or random-time:MS")
	flags.Uint64Var(&o.sampleSeed, "sample-seed", 0, "another number gives another random sample")
	flags.Var(&o.dedupWindow, "dedup-window", "leave out packets with the IP octets of one before them in the file whose time is no further apart; 0 for none")
	flags.Lookup("dedup-window").DefValue = "0"
	flags.StringVar(&o.time, "time", "", "meter packets from FROM on and before TO: FROM..TO, FROM.. or ..TO, each RFC 3339, a date, a date and time in UTC, or seconds since 1970")
	flags.Uint64VarP(&o.count, "count", "c", 0, "meter the first so many packets")
	flags.Lookup("count").DefValue = "all"
}

// validate says what the texts of the flags mean.
func (o *selectionOptions) validate(flags *pflag.FlagSet) error {
	spec, err := parseSample(o.sample)
	if err != nil {
		return fail(exitUsage, "packets are sampled by fix-packets:100, fix-packets:100/5, random-packets:100, fix-time:10ms or random-time:10ms", "%w", err)
	}
	spec.Seed = o.sampleSeed
	if !spec.Random() && flags.Changed("sample-seed") {
		return fail(exitUsage, "add --sample random-packets:N or random-time:MS", "--sample-seed has no say without a random sample")
	}
	o.selection.Sample = spec
	if o.dedupWindow < 0 {
		return usageError("dedup window is %v, must be 0 or greater", time.Duration(o.dedupWindow))
	}
	o.selection.DuplicateWindow = time.Duration(o.dedupWindow)
	if flags.Changed("time") {
		if o.selection.Time, err = parseTimeRange(o.time); err != nil {
			return fail(exitUsage, "a range is 2026-01-31T05:00:00Z..2026-01-31T06:00:00Z, 2026-01-31..2026-02-01, 1769835600.. or the like", "%w", err)
		}
	}
	if flags.Changed("count") {
		if o.count == 0 {
			return usageError("count is 0, must be 1 or greater")
		}
		o.selection.Count = reader.Count{Set: true, Packets: o.count}
	}
	return nil
}

// addParameters adds the effective values.
func (o *selectionOptions) addParameters(to map[string]string) {
	to["sample"] = o.selection.Sample.String()
	to["sample_seed"] = strconv.FormatUint(o.sampleSeed, 10)
	to["dedup_window"] = time.Duration(o.dedupWindow).String()
	to["time"] = timeRangeText(&o.selection.Time)
	to["count"] = "all"
	if o.selection.Count.Set {
		to["count"] = strconv.FormatUint(o.count, 10)
	}
}

// refuseExports refuses an input of exports if packets are to be selected: what a
// router has metered is not packets any more.
func (o *selectionOptions) refuseExports(name string) error {
	if o.selection == (reader.Selection{}) {
		return nil
	}
	return fail(exitUsage, "give captures only, or read captures of export traffic as packets with --captures packets",
		"%s holds flow records of exporters: --sample, --dedup-window, --time and --count are for packets", name)
}

// parseSample reads what --sample says.
func parseSample(text string) (sample.Spec, error) {
	method, value, has := strings.Cut(text, ":")
	var spec sample.Spec
	for spec.Method = sample.None; spec.Method.String() != method; spec.Method++ {
		if spec.Method == sample.RandomTime {
			return sample.Spec{}, fmt.Errorf("sampling method %q is none of none, fix-packets, random-packets, fix-time and random-time", method)
		}
	}
	if has == (spec.Method == sample.None) {
		return sample.Spec{}, fmt.Errorf("sample %q must be a method, a colon and a number", text)
	}
	var err error
	switch {
	case spec.Method == sample.None:
	case spec.Timed():
		spec.Window, err = parseMilliseconds(value)
	default:
		spec.Packets, spec.Phase, err = parseGroup(value, spec.Method == sample.FixPackets)
	}
	if err == nil {
		err = spec.Validate()
	}
	if err != nil {
		return sample.Spec{}, err
	}
	return spec, nil
}

// parseGroup reads N, or N/K if there may be a phase, which is 1 otherwise.
func parseGroup(text string, phased bool) (packets, phase uint64, err error) {
	number, place, has := strings.Cut(text, "/")
	if packets, err = parseCount(number); err != nil {
		return 0, 0, err
	}
	switch {
	case !phased && has:
		return 0, 0, fmt.Errorf("%q: a random sample has no phase", text)
	case has:
		phase, err = parseCount(place)
	case phased:
		phase = 1
	}
	return packets, phase, err
}

// parseCount reads decimal digits.
func parseCount(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of packets", text)
	}
	return n, nil
}

// parseMilliseconds reads a duration; a plain number is one of milliseconds, as in
// the samplers of routers.
func parseMilliseconds(text string) (time.Duration, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n < 0 || n > math.MaxInt64/int64(time.Millisecond) {
			return 0, fmt.Errorf("%q is out of range", text)
		}
		return time.Duration(n) * time.Millisecond, nil
	}
	var d duration
	err := d.Set(text)
	return time.Duration(d), err
}

// parseTimeRange reads what --time says.
func parseTimeRange(text string) (reader.TimeRange, error) {
	from, to, ok := strings.Cut(text, "..")
	if !ok || from == "" && to == "" {
		return reader.TimeRange{}, fmt.Errorf("time range %q must be FROM..TO, FROM.. or ..TO", text)
	}
	r := reader.TimeRange{HasFrom: from != "", HasTo: to != ""}
	var err error
	if r.HasFrom {
		r.From, err = flow.ParseTimestamp(from)
	}
	if r.HasTo && err == nil {
		r.To, err = flow.ParseTimestamp(to)
	}
	if err != nil {
		return reader.TimeRange{}, err
	}
	if r.HasFrom && r.HasTo && r.From >= r.To {
		return reader.TimeRange{}, fmt.Errorf("time range %q is empty: it must begin before it ends", text)
	}
	return r, nil
}

// timeRangeText gives a range as run.json has it, in RFC 3339.
func timeRangeText(r *reader.TimeRange) string {
	if !r.HasFrom && !r.HasTo {
		return "all"
	}
	var from, to string
	if r.HasFrom {
		from = timeText(r.From.Time())
	}
	if r.HasTo {
		to = timeText(r.To.Time())
	}
	return from + ".." + to
}
