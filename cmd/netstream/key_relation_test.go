package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"netstream/aggregate/naive/randomcapture"
)

// TestCoarserKeys: sums by a coarser key are those of a finer one, grouped.
func TestCoarserKeys(t *testing.T) {
	varied := randomcapture.Vary(randomcapture.New(11, randomcapture.Options{Packets: 3000, Disorder: randomcapture.Jumbled}), rand.New(rand.NewPCG(11, 1)))
	random := saved(t, "a.pcap", encoded(varied))
	for _, file := range []string{random, fixturePath("lab-two-points.pcapng"), fixturePath("ipv4-fragments.pcap"), fixturePath("ipv6-fragments.pcap"), fixturePath("qinq.pcap")} {
		for _, c := range []struct {
			finer, coarser string
			group          []string
		}{
			{"7tuple,tcp_flags", "7tuple", fields("interface src_ip dst_ip src_port dst_port protocol tos")},
			{"7tuple", "src_ip,dst_port,dscp", fields("src_ip dst_port dscp")},
			{"7tuple", "precedence,src_ip/24:64,interface,dst_ip/30:127", fields("precedence src_ip/24:64 interface dst_ip/30:127")},
			{"ip-l2", "l2,ip_version", fields("interface src_mac dst_mac vlan_id inner_vlan_id")},
			{"ip-l2", "vlan_id,dst_mac,protocol", fields("vlan_id dst_mac protocol")},
			{"mpls-label-and-ip", "mpls-label-only,ip_version", fields("interface mpls_label mpls_label2 mpls_label3")},
			{"mpls-label-and-ip", "mpls_label2,src_port", fields("mpls_label2 src_port")},
			{"8tuple", "flow_label,dst_ip", fields("flow_label dst_ip")},
			{"8tuple,tcp_flags", "5tuple,tcp_flags", fields("src_ip dst_ip src_port dst_port protocol tcp_flags")},
			{"5tuple", "ip_version", nil},
			{"dst_ip/24:64,src_port", "dst_ip/8:0", fields("dst_ip/8:0")},
		} {
			finer := outputOf(t, "-o", "csv", "--key", c.finer, file)
			coarser := outputOf(t, "-o", "csv", "--key", c.coarser, file)
			for _, name := range []string{"flows.csv", "intervals.csv"} {
				mustHaveKey(t, readFile(t, coarser, name), c.group)
				got := sumsBy(t, readFile(t, coarser, name), c.group)
				want := sumsBy(t, readFile(t, finer, name), c.group)
				if len(want) == 0 || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s, %s: key %s:\n got %v\nwant %v as %s has it", filepath.Base(file), name, c.coarser, got, want, c.finer)
				}
			}
		}
	}
}

func fields(text string) []string { return strings.Fields(text) }

// mustHaveKey says that the columns of the 7-tuple have what of it is in the key, and
// are NULL where that is nothing.
func mustHaveKey(t *testing.T, table string, key []string) {
	t.Helper()
	sheet := sheetOf(t, table)
	for _, cells := range sheet.rows {
		r := row{sheet.columns, cells}
		want := make(map[string]string)
		for _, field := range key {
			name, _, _ := strings.Cut(field, "/")
			if name == "dscp" || name == "precedence" {
				name = "tos"
			}
			want[name] = valueOf(t, r, field)
		}
		for _, name := range fields("interface src_ip dst_ip src_port dst_port protocol tos") {
			if got := *r.cell(name); got != want[name] {
				t.Fatalf("key %q: got %q in %s, want %q", key, got, name, want[name])
			}
		}
	}
}

// sumsBy sums packets and bytes by fields, which --key names, and the IP version.
func sumsBy(t *testing.T, table string, group []string) map[string][2]int {
	t.Helper()
	sheet := sheetOf(t, table)
	sums := make(map[string][2]int)
	for _, cells := range sheet.rows {
		r := row{sheet.columns, cells}
		key := *r.cell("ip_version")
		for _, field := range group {
			key += " " + valueOf(t, r, field)
		}
		sum := sums[key]
		sums[key] = [2]int{sum[0] + number(t, r, "packets"), sum[1] + number(t, r, "bytes")}
	}
	return sums
}

// valueOf gives the value that a field of a coarser key has in a row.
func valueOf(t *testing.T, r row, field string) string {
	t.Helper()
	name, lengths, masked := strings.Cut(field, "/")
	switch bits := map[string]int{"dscp": 4, "precedence": 32}[name]; {
	case bits > 0:
		return fmt.Sprint(number(t, r, "tos") / bits * bits)
	case !masked:
		return *r.cell(name)
	}
	ipv4, ipv6, _ := strings.Cut(lengths, ":")
	if *r.cell("ip_version") == "6" {
		ipv4 = ipv6
	}
	length, err := strconv.Atoi(ipv4)
	if err != nil {
		t.Fatal(err)
	}
	return netip.PrefixFrom(netip.MustParseAddr(*r.cell(name)), length).Masked().Addr().String()
}

// M5 with keys of the link: headers that are added to some packets part them from
// the others, and change nothing for keys without the link.
func TestLinkKeys(t *testing.T) {
	relate(t, randomcapture.Calm, 10, func(t *testing.T, s *subject) {
		packets := metered(t, s.packets)
		var every, odd []randomcapture.Packet
		for i := range packets {
			changed := randomcapture.ChangeMACs(randomcapture.AddMPLS(randomcapture.AddVLAN(packets[i:i+1], 4095), 1<<20-1), [6]byte{2, 6}, [6]byte{2, 7})
			if i%2 == 0 {
				changed = packets[i : i+1]
			} else {
				odd = append(odd, changed...)
			}
			every = append(every, changed...)
		}
		if len(odd) == 0 {
			return
		}
		for key, column := range map[string]string{"7tuple,vlan_id": "vlan_id 4095", "mpls-label-only": "mpls_label 1048575", "l2": "dst_mac 02:07:00:00:00:00"} {
			name, value, _ := strings.Cut(column, " ")
			flows, _ := tablesOf(t, "--key", key, "--fragments", "apart", saved(t, "a.pcap", encoded(every)))
			sheet, changed := sheetOf(t, flows), 0
			for _, cells := range sheet.rows {
				if r := (row{sheet.columns, cells}); *r.cell(name) == value {
					changed += number(t, r, "packets")
				}
			}
			if want := len(metered(t, odd)); changed != want {
				t.Errorf("key %s: %d packets have %s, want %d", key, changed, column, want)
			}
		}
		flows, _ := tablesOf(t, "--key", "5tuple", saved(t, "a.pcap", encoded(packets)))
		others, _ := tablesOf(t, "--key", "5tuple", saved(t, "a.pcap", encoded(every)))
		link := []string{"wire_bytes", "vlan_id", "inner_vlan_id", "mpls_label"}
		mustEqual(t, "5tuple", sheetOf(t, others).without(link...), sheetOf(t, flows).without(link...))
	})
}

// Trap 28: an ECN mark in mid-flow splits a flow by the whole ToS octet, not one by
// the DSCP.
func TestTrap28MarkInMidFlow(t *testing.T) {
	packets := make([]randomcapture.Packet, 0, 4)
	for i, tos := range []byte{0xb8, 0xb9, 0xbb, 0xb8} {
		p := alienAt(int64(i+1) * 1e9)
		p.Frame[15] = tos
		packets = append(packets, p)
	}
	file := saved(t, "ecn.pcap", encoded(packets))
	for _, c := range []struct {
		flags []string
		want  []string // packets and ToS of the flows
	}{
		{nil, []string{"2 184", "1 185", "1 187"}},
		{[]string{"--with-tos", "tos"}, []string{"2 184", "1 185", "1 187"}},
		{[]string{"--with-tos", "dscp"}, []string{"4 184"}},
		{[]string{"--key", "5tuple,dscp"}, []string{"4 184"}},
		{[]string{"--key", "5tuple,precedence"}, []string{"4 160"}},
		{[]string{"--with-tos", "none"}, []string{"4 "}},
		{[]string{"--key", "5tuple"}, []string{"4 "}},
		{[]string{"--profile", "zeek", "--with-tos", "dscp"}, []string{"4 184"}},
		{[]string{"--profile", "zeek"}, []string{"4 "}},
	} {
		flows, _ := tablesOf(t, append(c.flags, file)...)
		sheet := sheetOf(t, flows)
		var got []string
		for _, cells := range sheet.rows {
			r := row{sheet.columns, cells}
			got = append(got, *r.cell("packets")+" "+*r.cell("tos"))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%q: got %q, want %q", c.flags, got, c.want)
		}
	}
}

// Later fragments are of the flow of the first one under any key, though they are told
// by addresses that the key need not have.
func TestFragmentsOfOtherKeys(t *testing.T) {
	for _, key := range []string{"dst_port", "src_port,protocol", "5tuple", "src_ip/0:0,dst_port", "tcp_flags,dst_port", "l2"} {
		mustEnd(t, []string{"3 168 forced_end"}, "--key", key, fixturePath("ipv4-fragments.pcap"))
		mustEnd(t, []string{"2 116 forced_end"}, "--key", key, fixturePath("ipv6-fragments.pcap"))
	}
	mustEnd(t, []string{"1 68 forced_end", "2 100 forced_end"}, "--key", "dst_port", "--fragments", "apart", fixturePath("ipv4-fragments.pcap"))
}

// Workers change nothing, whichever packet is the first to name a value of the key.
func TestKeysOfManyWorkers(t *testing.T) {
	var files []string
	for seed := range uint64(3) {
		varied := randomcapture.Vary(randomcapture.New(seed, randomcapture.Options{Packets: 2000, Disorder: randomcapture.Jumbled}), rand.New(rand.NewPCG(seed, 1)))
		files = append(files, saved(t, fmt.Sprint(seed, ".pcap"), encoded(varied)))
	}
	for _, key := range []string{"8tuple,tcp_flags", "ip-l2", "src_ip/24:64,mpls_label3,dscp"} {
		one := outputOf(t, append([]string{"--key", key, "-j", "1"}, files...)...)
		for _, workers := range []string{"2", "8"} {
			mustBeSameOutput(t, outputOf(t, append([]string{"--key", key, "-j", workers}, files...)...), one)
		}
	}
}

// Packets are sampled by capture interface, whatever their key is.
func TestSampleOfOtherKeys(t *testing.T) {
	sums := func(flags ...string) string {
		flows, _ := tablesOf(t, append(flags, "--sample", "fix-packets:7/3", fixturePath("lab-two-points.pcapng"))...)
		return fmt.Sprint(sumsBy(t, flows, fields("src_ip dst_ip src_port dst_port protocol")))
	}
	if got, want := sums("--key", "5tuple"), sums(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestGoldenKeys compares tables of other keys with those that are known to be right.
func TestGoldenKeys(t *testing.T) {
	for _, c := range []struct{ key, input string }{
		{"ip-l2", "qinq.pcap"},
		{"l2", "not-ip.pcap"},
		{"mpls-label-only", "mpls.pcap"},
		{"src_ip/24:64,protocol,dscp", "lab-two-points.pcapng"},
	} {
		name := c.input + " " + strings.ReplaceAll(c.key, "/", "-")
		name = strings.NewReplacer(" ", "-", ",", "-", ":", "-").Replace(name)
		out := outputOf(t, "-o", "csv", "--key", c.key, fixturePath(c.input))
		parquet := outputOf(t, "--key", c.key, fixturePath(c.input))
		for _, table := range []string{"flows", "intervals"} {
			got := readFile(t, out, table+".csv")
			path := filepath.Join(golden, name, table+".csv")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			mustBeSame(t, name+", "+table, got, readFile(t, path))
			mustHold(t, filepath.Join(parquet, table+".parquet"), sheetOf(t, got))
		}
	}
}
