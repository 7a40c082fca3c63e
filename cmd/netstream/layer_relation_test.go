package main

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"netstream/aggregate/naive/randomcapture"
)

// relateLayers calls check with the seeds of a few random captures.
func relateLayers(t *testing.T, subjects uint64, check func(t *testing.T, seed uint64)) {
	t.Helper()
	if testing.Short() {
		subjects = min(subjects, 5)
	}
	for seed := range subjects {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel() // most of the time is spent on syncing files
			check(t, seed)
		})
	}
}

// The rows of both layers are those of the outer one and those of the inner one that
// are in tunnels, whatever the number of workers. Frames that have no outer packet
// are left out, since clocks go by what is metered.
func TestLayersAddUp(t *testing.T) {
	relateLayers(t, 20, func(t *testing.T, seed uint64) {
		packets := metered(t, randomcapture.New(seed, randomcapture.Options{Packets: 300, Disorder: randomcapture.Disorder(seed % 3), Tunnels: true}))
		if len(packets) == 0 {
			return
		}
		file := saved(t, "a.pcap", encoded(packets))
		tables := func(layer string, more ...string) (flows, intervals string) {
			return tablesOf(t, append([]string{"--meter", layer, "--time-unit", "ns", "--idle-timeout", "10s", file}, more...)...)
		}
		inTunnel := func(content string) [][]string {
			return sheetOf(t, content).where(func(r row) bool { return *r.cell("tunnel_type") != "" }).rows
		}
		outerFlows, outerIntervals := tables("outer")
		innerFlows, innerIntervals := tables("inner")
		flows, intervals := tables("both")
		for _, c := range []struct{ what, outer, inner, both string }{
			{"flows", outerFlows, innerFlows, flows}, {"intervals", outerIntervals, innerIntervals, intervals},
		} {
			want := sheetOf(t, c.outer)
			want.rows = slices.Concat(want.rows, inTunnel(c.inner))
			mustEqual(t, c.what+" of both layers", sheetOf(t, c.both).sorted(), want.sorted())
		}
		for _, layer := range []string{"inner", "both"} {
			flows, intervals := tables(layer, "-j", "1")
			moreFlows, moreIntervals := tables(layer, "-j", "8")
			mustBeSame(t, layer+" flows of 8 workers", moreFlows, flows)
			mustBeSame(t, layer+" intervals of 8 workers", moreIntervals, intervals)
		}
	})
}

// What is metered does not change if it is put into a tunnel and metered there.
func TestIntoTunnel(t *testing.T) {
	const vni = 4711
	ofLink := []string{"vlan_id", "inner_vlan_id", "mpls_label", "flow_id"} // the last one tells tunnels apart
	relateLayers(t, 15, func(t *testing.T, seed uint64) {
		packets := metered(t, randomcapture.New(seed, randomcapture.Options{Packets: 200, Disorder: randomcapture.Disorder(seed % 3)}))
		for i := range packets {
			packets[i].WireLength = max(packets[i].WireLength, uint32(len(packets[i].Frame)), 61)
		}
		if len(packets) == 0 {
			return
		}
		fromTunnel := func(s sheet) sheet {
			return s.changed(func(r row) {
				for column, value := range map[string]string{
					"tunnel_type": "vxlan", "tunnel_id": strconv.Itoa(vni), "outer_src_ip": "192.0.2.1", "outer_dst_ip": "192.0.2.2",
				} {
					if *r.cell(column) != value {
						t.Fatalf("column %s: got %q, want %q", column, *r.cell(column), value)
					}
					*r.cell(column) = ""
				}
				*r.cell("wire_bytes") = fmt.Sprint(number(t, r, "wire_bytes") - randomcapture.VXLANHeaders*number(t, r, "packets"))
			})
		}
		flags := []string{"--time-unit", "ns", "--idle-timeout", "10s"}
		plainFlows, plainIntervals := tablesOf(t, append(flags, saved(t, "a.pcap", encoded(packets)))...)
		flows, intervals := tablesOf(t, append(flags, "--meter", "inner", saved(t, "a.pcap", encoded(randomcapture.InVXLAN(packets, vni))))...)
		mustEqual(t, "flows", fromTunnel(sheetOf(t, flows)).without(ofLink...), sheetOf(t, plainFlows).without(ofLink...))
		mustEqual(t, "intervals", fromTunnel(sheetOf(t, intervals)), sheetOf(t, plainIntervals))
	})
}
