package main

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// difference is a known difference between a program and docs/exports.md. It is
// told by what the program and netstream show of a record, never by the name of a
// file.
type difference struct {
	name    string
	reason  string
	applies func(*disagreement) bool
}

// differences are all known differences, in the order in which they are looked for.
func differences() []difference {
	return slices.Concat(differencesOfRows(), differencesOfTimes(), differencesOfPrograms())
}

// differencesOfRows come from rules of this program that all others do not have.
func differencesOfRows() []difference {
	return []difference{{
		name:   "unset_shown_as_zero",
		reason: "next hops, VLAN, MAC and MPLS of zeros only are no values here (NULL); the program shows them as they are",
		applies: func(d *disagreement) bool {
			return d.got == "" && (isZeroAddress(d.want) && d.want != "0" || d.want == "0" && d.in("vlan_id", "inner_vlan_id", "mpls_labels"))
		},
	}, {
		name:    "no_ports",
		reason:  "ports 0 of protocols without ports are NULL here",
		applies: func(d *disagreement) bool { return d.in("src_port", "dst_port") && d.got == "" && d.want == "0" },
	}, {
		name:   "no_tcp_flags",
		reason: "flags 0 of protocols other than TCP are NULL here",
		applies: func(d *disagreement) bool {
			return d.in("tcp_flags") && d.got == "" && d.want == "0" && d.rowCell("protocol") != "6"
		},
	}, {
		name:   "biflow_reverse",
		reason: "a biflow record is two rows here; the program shows the forward direction only",
		applies: func(d *disagreement) bool {
			return d.reference == nil && d.reverse && (d.row != nil || d.program == "nfdump -I" && d.wantBelowGot())
		},
	}, {
		name:   "running_total",
		reason: "totals of a flow are differenced here (docs/exports.md section 3); the program shows them as they are",
		applies: func(d *disagreement) bool {
			return d.in("packets", "bytes") && d.shown("cflow.permanent_octets")+d.shown("in_total_bytes") != "" && d.gotBelowWant()
		},
	}}
}

// differencesOfTimes are those of clocks.
func differencesOfTimes() []difference {
	return []difference{{
		name:   "nfdump_end_hundreds",
		reason: "nfdump's format %ter leaves the hundreds of the milliseconds out (its other formats have them)",
		applies: func(d *disagreement) bool {
			got, want, ok := d.numbers()
			const hundred, second = 100_000_000, 1_000_000_000
			return d.program == "nfdump" && d.in("flow_end") && !strings.Contains(d.shown("last"), "T") && ok &&
				got/second == want/second && got%hundred == want%hundred && want%second < hundred
		},
	}, {
		name:   "time_inverted",
		reason: "a flow that would end before it starts ends where it starts here (time_inverted)",
		applies: func(d *disagreement) bool {
			start, ok := d.reference.instant("flow_start")
			end, has := d.reference.instant("flow_end")
			return d.in("flow_end") && ok && has && end.Before(start) && d.got == d.rowCell("flow_start")
		},
	}, {
		name:   "no_time_shown",
		reason: "the program knows no time of the flow, or takes an uptime for a time since 1970; here it is what docs/exports.md section 4 has",
		applies: func(d *disagreement) bool {
			t, ok := parseNanoseconds(d.want)
			return isTime(d.column) && d.program != "flow-tools" && d.got != "" && ok == nil && t.Unix() >= 0 && t.Before(time.UnixMilli(1<<32))
		},
	}, {
		name:   "logstash_uptime",
		reason: "logstash is one second late where the milliseconds of the uptimes make it borrow, and has uptimes of the next 49.7 days where they are ahead",
		applies: func(d *disagreement) bool {
			const wrap = 1 << 32 * time.Millisecond
			late, ok := d.lateness()
			late = late.Truncate(time.Millisecond)
			return ok && d.program == "logstash" && (late == time.Second || late == wrap || late == wrap+time.Second)
		},
	}, {
		name:   "pmacct_whole_seconds",
		reason: "pmacct computes uptimes in whole seconds",
		applies: func(d *disagreement) bool {
			late, ok := d.lateness()
			return ok && d.program == "pmacct" && late.Abs() <= time.Second
		},
	}}
}

// differencesOfPrograms are faults and habits of one program each.
func differencesOfPrograms() []difference {
	return []difference{{
		name:   "absent_shown_as_zero",
		reason: "nfdump and pmacct have a fixed set of fields and show 0 for those that a record does not have (NULL here)",
		applies: func(d *disagreement) bool {
			return (d.program == "nfdump" || d.program == "pmacct") && d.got == "" && (d.want == "0" || d.in("direction") && d.want == "ingress")
		},
	}, {
		name:   "sampling_folded_in",
		reason: "the program multiplies counters with the sampling rate; here they stay as exported",
		applies: func(d *disagreement) bool {
			rate, err := strconv.ParseFloat(d.rowCell("sampling_rate"), 64)
			got, _ := strconv.ParseFloat(d.got, 64)
			want, other := strconv.ParseFloat(d.want, 64)
			return err == nil && other == nil && d.in("packets", "bytes") && got*rate == want
		},
	}, {
		name:   "nfdump_field_lost",
		reason: "nfdump shows 0 for fields that it does not take over from the template or version at hand; tshark shows them as here",
		applies: func(d *disagreement) bool {
			return d.program == "nfdump" && d.in("src_mask", "dst_mask", "forwarding_status", "tos", "src_ip", "dst_ip", "dst_port") && isZeroAddress(d.want)
		},
	}, {
		name:   "pmacct_networks",
		reason: "pmacct's masks are those of its own tables, 0 without them",
		applies: func(d *disagreement) bool {
			return d.program == "pmacct" && d.in("src_mask", "dst_mask") && d.want == "0"
		},
	}, {
		name:   "tshark_version_8_scheme_9",
		reason: "tshark reads AS-ToS aggregation with the layout of another scheme",
		applies: func(d *disagreement) bool {
			return d.program == "tshark" && d.shown("aggregation") == "9" && d.in("in_if", "out_if", "tos")
		},
	}}
}

// in tells whether the disagreement is on one of the columns.
func (d *disagreement) in(columns ...string) bool { return slices.Contains(columns, d.column) }

// rowCell gives a cell of the row, "" if there is no row.
func (d *disagreement) rowCell(column string) string {
	if d.row == nil {
		return ""
	}
	return d.row.cells[column]
}

// shown gives what the reference shows under a name of its own.
func (d *disagreement) shown(name string) string {
	if d.reference == nil {
		return ""
	}
	return d.reference.other[name]
}

func (d *disagreement) gotBelowWant() bool {
	got, want, ok := d.numbers()
	return ok && got < want
}

func (d *disagreement) wantBelowGot() bool {
	got, want, ok := d.numbers()
	return ok && want < got
}

func (d *disagreement) numbers() (got, want uint64, ok bool) {
	got, err := strconv.ParseUint(d.got, 10, 64)
	want, other := strconv.ParseUint(d.want, 10, 64)
	return got, want, err == nil && other == nil
}

// lateness gives how far the reference's time is behind that of the row.
func (d *disagreement) lateness() (time.Duration, bool) {
	if !isTime(d.column) {
		return 0, false
	}
	got, err := parseNanoseconds(d.got)
	want, other := parseNanoseconds(d.want)
	return want.Sub(got.Truncate(d.precision)), err == nil && other == nil
}

// instant gives a cell as a time; false if there is no record or no such cell.
func (r *flowRecord) instant(column string) (time.Time, bool) {
	if r == nil {
		return time.Time{}, false
	}
	t, err := parseNanoseconds(r.cells[column])
	return t, err == nil
}
