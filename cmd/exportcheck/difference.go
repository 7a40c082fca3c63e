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
	return slices.Concat(differencesOfRows(), differencesOfReading(), differencesOfTimes(), differencesOfClocks(), differencesOfPrograms())
}

// differencesOfRows come from rules of this program that all others do not have.
func differencesOfRows() []difference {
	return []difference{{
		name:   "unset_shown_as_zero",
		reason: "next hops, VLAN, MAC and MPLS of zeros only are no values here (NULL); the program shows them as they are",
		applies: func(d *disagreement) bool {
			if d.in("vlan_id", "inner_vlan_id", "mpls_labels") {
				return d.got == "" && d.want == "0"
			}
			return d.in("next_hop", "bgp_next_hop", "nat_src_ip", "nat_dst_ip", "src_mac", "dst_mac") && d.got == "" && isZeroAddress(d.want)
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
	}}
}

// differencesOfReading are records that a program does not have at all, or that are
// not in netstream's tables.
func differencesOfReading() []difference {
	return []difference{{
		name:    "tshark_version_6",
		reason:  "tshark does not know NetFlow version 6; flow-tools does",
		applies: func(d *disagreement) bool { return d.program == "tshark" && d.facts.only("netflow6") && d.unread() },
	}, {
		name:    "one_datagram",
		reason:  "the file holds several messages one behind the other, and was replayed to the program as one datagram",
		applies: func(d *disagreement) bool { return d.facts.unseen && !d.trial.captures && d.unread() },
	}, {
		name:    "decoded_late",
		reason:  "data in front of the first definition of their template are decoded here (decoded_late), and left out by programs that listen",
		applies: func(d *disagreement) bool { return d.facts.late > 0 && d.unread() },
	}, {
		name:   "tshark_header_count",
		reason: "tshark reads as many records as the header of version 9 tells; exporters that count sets there have more (nfdump reads them)",
		applies: func(d *disagreement) bool {
			return d.program == "tshark" && d.facts.headerCounts && d.facts.only("netflow9") && d.unread()
		},
	}, {
		name:    "biflow_totals",
		reason:  "a biflow record is two rows here, and one flow with the counters of one direction in nfdump's totals",
		applies: func(d *disagreement) bool { return d.facts.biflows && d.program == "nfdump -I" && d.wantBelowGot() },
	}, {
		name:   "refused_template",
		reason: "tshark shows records of templates that are refused here",
		applies: func(d *disagreement) bool {
			return d.program == "tshark" && d.in("records", "option_records") && d.facts.refused && d.gotBelowWant()
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
	}}
}

// differencesOfClocks are faults of single programs in reckoning times.
func differencesOfClocks() []difference {
	return []difference{{
		name:   "logstash_uptime",
		reason: "logstash is one second late where the milliseconds of the uptimes make it borrow, and has uptimes of the next 49.7 days where they are ahead",
		applies: func(d *disagreement) bool {
			const wrap = 1 << 32 * time.Millisecond
			late, ok := d.lateness()
			late = late.Truncate(time.Millisecond)
			return ok && d.program == "logstash" && (late == time.Second || late == wrap || late == wrap+time.Second)
		},
	}, {
		name:   "nfdump_swapped",
		reason: "nfdump swaps start and end of IPFIX records that have uptimes (21, 22)",
		applies: func(d *disagreement) bool {
			other := map[string]string{"flow_start": "flow_end", "flow_end": "flow_start"}[d.column]
			return d.program == "nfdump" && d.rowCell("time_source") == "uptime" && other != "" && equalCell(d.column, d.want, d.rowCell(other), d.precision)
		},
	}, {
		name:   "ntp_fraction",
		reason: "tshark cuts NTP fractions of microseconds to nanoseconds, where this program rounds them",
		applies: func(d *disagreement) bool {
			late, ok := d.lateness()
			return ok && d.program == "tshark" && d.rowCell("time_source") == "microseconds" && late.Abs() < time.Microsecond
		},
	}, {
		name:   "pmacct_whole_seconds",
		reason: "pmacct computes uptimes in whole seconds",
		applies: func(d *disagreement) bool {
			late, ok := d.lateness()
			return ok && d.program == "pmacct" && late.Abs() <= time.Second
		},
	}, {
		name:   "pmacct_export_time",
		reason: "pmacct has the export time for uptimes in IPFIX",
		applies: func(d *disagreement) bool {
			t, err := parseNanoseconds(d.want)
			return err == nil && isTime(d.column) && d.program == "pmacct" && d.rowCell("time_source") == "uptime" && d.facts.only("ipfix") &&
				!t.Before(d.facts.firstExport) && !t.After(d.facts.lastExport)
		},
	}}
}

// differencesOfPrograms are faults and habits of one program each.
func differencesOfPrograms() []difference {
	return []difference{{
		name:   "absent_shown_as_zero",
		reason: "nfdump and pmacct have a fixed set of fields and show 0, or 1 flow, for those that a record does not have",
		applies: func(d *disagreement) bool {
			if d.program == "nfdump" && d.in("flows") && d.want == "1" {
				return d.got == "" || d.got == "0"
			}
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
		reason: "nfdump shows 0 for fields that it does not take over from the template or version at hand; tshark confirms the value here, if it shows the record",
		applies: func(d *disagreement) bool {
			if d.program != "nfdump" || !isZeroAddress(d.want) || d.row == nil {
				return false
			}
			confirmed, shown := d.facts.confirmed[cell{d.row, d.column}]
			return confirmed || !shown && (d.in("src_ip", "dst_ip", "forwarding_status") || d.in("dst_port") && isICMP(d.rowCell("protocol")))
		},
	}, {
		name:   "nfdump_structured",
		reason: "nfdump takes MAC addresses out of structured data (RFC 6313), which are text here",
		applies: func(d *disagreement) bool {
			return d.program == "nfdump" && d.in("src_mac", "dst_mac") && d.got == "" && d.facts.only("ipfix")
		},
	}, {
		name:    "pmacct_tables",
		reason:  "pmacct's masks are those of its own routing tables, 0 without them",
		applies: func(d *disagreement) bool { return d.program == "pmacct" && d.in("src_mask", "dst_mask") },
	}, {
		name:   "pmacct_sampling_map",
		reason: "pmacct multiplies with a rate of its own configuration; packets and bytes with the same",
		applies: func(d *disagreement) bool {
			return d.program == "pmacct" && d.in("packets", "bytes") && d.gotBelowWant() && d.sameFactor()
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

// unread tells whether the disagreement is a row that the reference does not have,
// or a count that is lower there.
func (d *disagreement) unread() bool {
	return d.row != nil && d.reference == nil || d.in("records", "option_records") && d.wantBelowGot()
}

// sameFactor tells whether packets and bytes of the reference are the same multiple
// of those of the row.
func (d *disagreement) sameFactor() bool {
	if d.row == nil || d.reference == nil {
		return false
	}
	packets, _ := d.row.number("packets")
	octets, _ := d.row.number("bytes")
	wantPackets, _ := d.reference.number("packets")
	wantOctets, _ := d.reference.number("bytes")
	return packets > 0 && wantPackets*octets == wantOctets*packets
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
