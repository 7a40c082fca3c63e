package main

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/naive/randomcapture"
)

// places are the columns that say where in the input a flow begins.
var places = []string{"first_packet"}

// M7: what a snapshot length cuts off above the headers does not count.
func TestSnapshotLength(t *testing.T) {
	relate(t, randomcapture.Hostile, figure(15, 50), func(t *testing.T, s *subject) {
		sound := slices.DeleteFunc(s.packets, func(p randomcapture.Packet) bool { return int(p.WireLength) < len(p.Frame) })
		s.flows, s.intervals = s.tables(t, sound)
		for _, more := range []int{0, 1, 2, 3, 5, 8, 16, 32, 64, 256} {
			s.mustStay(t, fmt.Sprintf("%d octets behind the headers", more), encoded(randomcapture.Snap(sound, randomcapture.MaxHeaders+more)))
		}
	})
}

// M9: with source and destination swapped in all packets, they are in all rows.
func TestSwapDirection(t *testing.T) {
	swap := func(s sheet) sheet {
		return s.changed(func(r row) {
			*r.cell("src_ip"), *r.cell("dst_ip") = *r.cell("dst_ip"), *r.cell("src_ip")
			if p := *r.cell("protocol"); p != "1" && p != "58" { // the destination port is the type and code there
				*r.cell("src_port"), *r.cell("dst_port") = *r.cell("dst_port"), *r.cell("src_port")
			}
		}).sorted()
	}
	ties := mustBeFew(t)
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		flows, intervals := s.tables(t, randomcapture.SwapDirection(s.packets))
		if slices.Contains(s.flags, "zeek") {
			ties.add(mustBeTurned(t, sheetOf(t, flows), swap(sheetOf(t, s.flows))))
			return
		}
		// The Community ID is that of both directions, but for ICMP, where the type decides.
		mustEqual(t, "flows", sheetOf(t, flows).without("flow_id", "community_id").sorted(), swap(sheetOf(t, s.flows).without("flow_id", "community_id")))
		mustEqual(t, "intervals", sheetOf(t, intervals).sorted(), swap(sheetOf(t, s.intervals)))
	})
}

// M8: with hosts renamed in all packets, by a bijection, they are in all rows. Packets that
// are cut within their addresses are left out beforehand.
func TestRenameHosts(t *testing.T) {
	ties := mustBeFew(t)
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		var names [256]byte
		for host, name := range s.random.Perm(256) {
			names[host] = byte(name)
		}
		s.packets = slices.DeleteFunc(s.packets, func(p randomcapture.Packet) bool {
			_, whole := randomcapture.RenameHosts([]randomcapture.Packet{p}, names)
			return !whole
		})
		s.flows, s.intervals = s.tables(t, s.packets)
		rename := func(s sheet) sheet {
			return s.changed(func(r row) {
				for _, c := range []string{"src_ip", "dst_ip"} {
					a := netip.MustParseAddr(*r.cell(c))
					octets := a.As16()
					if octets[15] = names[octets[15]]; a.Is4() {
						*r.cell(c) = netip.AddrFrom16(octets).Unmap().String()
					} else {
						*r.cell(c) = netip.AddrFrom16(octets).String()
					}
				}
			}).sorted()
		}
		packets, _ := randomcapture.RenameHosts(s.packets, names)
		flows, intervals := s.tables(t, packets)
		if slices.Contains(s.flags, "zeek") {
			ties.add(mustBeTurned(t, sheetOf(t, flows), rename(sheetOf(t, s.flows))))
			return
		}
		mustEqual(t, "flows", sheetOf(t, flows).without("flow_id", "community_id").sorted(), rename(sheetOf(t, s.flows).without("flow_id", "community_id")))
		mustEqual(t, "intervals", sheetOf(t, intervals).sorted(), rename(sheetOf(t, s.intervals)))
	})
}

// mustBeTurned compares biflows with those that packets with other addresses must give.
// Who the initiator is follows the packets, unless two of equal clocks have left that to
// the lower endpoint (docs/biflows.md section 2), which can be the other one then: such
// rows, of which there are few, have both directions exchanged. It gives how many, and all.
func mustBeTurned(t *testing.T, got, want sheet) (ties, all int) {
	t.Helper()
	exchanged := func(cells []string) []string {
		r := row{got.columns, slices.Clone(cells)}
		for _, c := range got.columns {
			if other := "rev_" + c; r.has(other) {
				*r.cell(c), *r.cell(other) = *r.cell(other), *r.cell(c)
			}
		}
		*r.cell("src_ip"), *r.cell("dst_ip") = *r.cell("dst_ip"), *r.cell("src_ip")
		if p := *r.cell("protocol"); p != "1" && p != "58" {
			*r.cell("src_port"), *r.cell("dst_port") = *r.cell("dst_port"), *r.cell("src_port")
		}
		return r.cells
	}
	// What only the packets of the initiator tell, or tells who that is.
	const sided = "flow_id community_id vlan_id inner_vlan_id mpls_label conn_state syn_rtt_ns ack_rtt_ns rev_start rev_end"
	got, want = got.without(strings.Fields(sided)...), want.without(strings.Fields(sided)...)
	left := make(map[string]int)
	for _, cells := range want.rows {
		left[strings.Join(cells, "|")]++
	}
	for _, cells := range got.rows {
		if text := strings.Join(cells, "|"); left[text] > 0 {
			left[text]--
			continue
		}
		text := strings.Join(exchanged(cells), "|")
		if left[text] == 0 {
			t.Fatalf("%q should not be", cells)
		}
		left[text]--
		ties++
	}
	if len(got.rows) != len(want.rows) || ties > len(got.rows)/2 {
		t.Errorf("%d biflows, want %d; %d of them are not turned", len(got.rows), len(want.rows), ties)
	}
	return ties, len(got.rows)
}

// tieCount counts biflows that are not turned over many captures: one capture may have many
// packets of equal clocks, not all of them.
type tieCount struct{ ties, rows atomic.Int64 }

func (c *tieCount) add(ties, rows int) {
	c.ties.Add(int64(ties))
	c.rows.Add(int64(rows))
}

// mustBeFew gives the count of a test, and fails it in the end if they are many.
func mustBeFew(t *testing.T) *tieCount {
	c := new(tieCount)
	t.Cleanup(func() {
		t.Logf("%d of %d biflows are not turned", c.ties.Load(), c.rows.Load())
		if c.ties.Load() > c.rows.Load()/10 {
			t.Errorf("%d of %d biflows are not turned", c.ties.Load(), c.rows.Load())
		}
	})
	return c
}

// bothFragments says whether all packets of a flow table of two are fragments.
func bothFragments(t *testing.T, flows sheet) bool {
	fragments := 0
	for _, r := range flows.rows {
		fragments += number(t, row{flows.columns, r}, "fragments")
	}
	return fragments == 2
}

// M10: the order of packets with equal times matters to nobody else's counters.
func TestSwapEqualTimes(t *testing.T) {
	var pairs atomic.Uint64
	relate(t, randomcapture.Jumbled, figure(12, 300), func(t *testing.T, s *subject) {
		for at := range s.packets {
			swapped, ok := randomcapture.SwapEqualTimes(s.packets, at)
			if !ok || s.random.IntN(8) > 0 {
				continue
			}
			flows, intervals := s.tables(t, swapped)
			of, pair := s.tables(t, s.packets[at:at+2])
			if bothFragments(t, sheetOf(t, of)) { // a later one is named by the first ones in front of it
				continue
			}
			if one, biflow := oneKey(t, sheetOf(t, pair)); one {
				columns := []string{"flows_active", "flows_started", "flows_ended"} // its SYN and FIN may have changed places
				got, want := sheetOf(t, intervals).without(columns...), sheetOf(t, s.intervals).without(columns...)
				if biflow { // and who is the initiator of what goes by them
					if got, want := exchangedVolumes(t, got), exchangedVolumes(t, want); !maps.Equal(got, want) {
						t.Fatalf("volumes: got %v, want %v", got, want)
					}
				} else {
					mustEqual(t, "intervals", got, want)
				}
				continue
			}
			pairs.Add(1)
			mustEqual(t, "flows", sheetOf(t, flows).without(places...), sheetOf(t, s.flows).without(places...))
			mustBeSame(t, "intervals", intervals, s.intervals)
		}
	})
	t.Cleanup(func() { // the parallel parts of the test end behind its body
		t.Logf("assertion M10: %d pairs of packets of different flows swapped", pairs.Load())
		if least := figure(20, 1000); pairs.Load() < least && !testing.Short() {
			t.Errorf("only %d pairs of packets were swapped, want %d", pairs.Load(), least)
		}
	})
}

// oneKey says whether the two packets of a table are of one key, and whether that is a biflow.
func oneKey(t *testing.T, pair sheet) (one, biflow bool) {
	t.Helper()
	if len(pair.rows) != 1 {
		return false, false
	}
	r := row{pair.columns, pair.rows[0]}
	packets := number(t, r, "packets")
	if biflow = r.has("rev_packets"); biflow {
		packets += number(t, r, "rev_packets")
	}
	return packets == 2, biflow
}

// exchangedVolumes gives packets, octets and octets on the wire by interval, protocol and endpoints, of
// one to the other, whoever the initiator was.
func exchangedVolumes(t *testing.T, intervals sheet) map[string][3]int {
	t.Helper()
	all := make(map[string][3]int)
	for _, cells := range intervals.rows {
		r := row{intervals.columns, cells}
		from, to := *r.cell("src_ip")+" "+*r.cell("src_port"), *r.cell("dst_ip")+" "+*r.cell("dst_port")
		if p := *r.cell("protocol"); p == "1" || p == "58" { // type and code are those of the initiator
			from, to = *r.cell("src_ip"), *r.cell("dst_ip")
		}
		for direction, ends := range map[string]string{"": from + " to " + to, "rev_": to + " to " + from} {
			key := *r.cell("interval_start") + " " + *r.cell("protocol") + " " + ends
			sum := all[key]
			for i, c := range []string{"packets", "bytes", "wire_bytes"} {
				sum[i] += number(t, r, direction+c)
			}
			all[key] = sum
		}
	}
	return all
}

// M11: a packet with a wrong time stamp has rows of its own and changes no other
// row. One in the past makes a stray of the packet before it if that is ahead of
// its neighbours by more than the window: such places are left out.
func TestAlienTime(t *testing.T) {
	relate(t, randomcapture.Calm, figure(20, 115), func(t *testing.T, s *subject) {
		packets := metered(t, s.packets)
		if len(packets) < 3 {
			return
		}
		flows, intervals := s.tables(t, packets)
		for range 3 {
			at := 2 + s.random.IntN(len(packets)-2)
			for _, when := range []time.Time{time.Unix(1<<32-1, 0), time.Unix(0, 0), time.Unix(0, packets[at].Time).AddDate(0, 0, -1)} {
				past := when.UnixNano() < packets[at].Time
				if past && packets[at-1].Time > packets[at-2].Time {
					continue
				}
				gotFlows, gotIntervals := s.tables(t, randomcapture.InsertAlien(packets, at, when))
				what := fmt.Sprintf("alien of %v at %d", when.UTC(), at)
				mustEqual(t, what+", flows", others(t, gotFlows).without(places...), sheetOf(t, flows).without(places...))
				mustEqual(t, what+", intervals", others(t, gotIntervals), sheetOf(t, intervals))
			}
		}
	})
}

// others leaves the one row of the alien out.
func others(t *testing.T, content string) sheet {
	t.Helper()
	all := sheetOf(t, content)
	rest := all.where(func(r row) bool { return *r.cell("src_ip") != "192.0.2.1" })
	if len(rest.rows) != len(all.rows)-1 {
		t.Fatalf("the alien has %d rows, want 1", len(all.rows)-len(rest.rows))
	}
	return rest
}

// M16: narrow intervals add up to wide ones.
func TestIntervalsAddUp(t *testing.T) {
	const narrow, wide = time.Minute, time.Hour
	relate(t, randomcapture.Hostile, figure(15, 100), func(t *testing.T, s *subject) {
		file := saved(t, "a.pcap", encoded(s.packets))
		_, fine := tablesOf(t, "--interval", narrow.String(), file)
		_, coarse := tablesOf(t, "--interval", wide.String(), file)
		mustEqual(t, "sums", hourly(t, sheetOf(t, fine)), hourly(t, sheetOf(t, coarse)))
	})
}

// hourly sums the counters of each key and hour.
func hourly(t *testing.T, s sheet) sheet {
	t.Helper()
	key := []string{"interval_start", "interface", "ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos"}
	counters := []string{"flows_started", "flows_ended", "packets", "bytes", "wire_bytes", "payload_bytes"}
	sums := make(map[string][]int)
	for _, cells := range s.rows {
		r := row{s.columns, cells}
		id := ""
		for i, column := range key {
			cell := *r.cell(column)
			if i == 0 {
				cell = cell[:len("2006-01-02T15")]
			}
			id += cell + " "
		}
		if sums[id] == nil {
			sums[id] = make([]int, len(counters))
		}
		for i, column := range counters {
			sums[id][i] += number(t, r, column)
		}
	}
	total := sheet{columns: []string{"key", "sums"}}
	for id, sum := range sums {
		total.rows = append(total.rows, []string{id, fmt.Sprint(sum)})
	}
	return total.sorted()
}
