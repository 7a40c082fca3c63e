package main

import (
	"path"
	"strings"
)

// selftestCase is a run of the kit whose tables are known.
type selftestCase struct {
	name   string
	flags  []string // $KIT is the folder of the kit
	inputs []string // within the kit
}

// selftestCases are runs that have a rule each of those that a user's bill or evidence
// may rest on.
func selftestCases() []selftestCase {
	capture := func(names ...string) []string { return kitInputs("capture", names) }
	export := func(names ...string) []string { return kitInputs("export", names) }
	lab := capture("lab.pcapng")
	return []selftestCase{
		{"default", nil, lab},
		{"formats", nil, capture("pcap-us-be.pcap", "pcapng-le.pcapng", "gzip.pcap.gz", "qinq.pcap", "mpls.pcap", "ipv6-extension-chain.pcap", "ipv4-fragments.pcap", "sll2-directions.pcap")},
		{"exports", nil, export("v1.raw", "v5-sampled.raw", "v7.raw", "v8-13.raw", "v9.raw", "ipfix.ipfix", "netstream-huawei.ipfix", "netstream-h3c.raw", "nfcapd-layout2.nfcapd", "exports-fragments-ipv4.pcap")},
		{"captures-and-exports", []string{"-A", "as,prefix,protocol-port", "--distinct", "--peak"}, append(export("lab-softflowd-v9.raw"), lab...)},
		{"nanoseconds", []string{"--time-unit", "ns", "--with-mac", "--with-file", "--interval", "10s"}, lab},
		{"months", []string{"--interval", "1mo", "--zone", "Europe/Berlin", "--month-start", "15"}, lab},
		{"ageing", []string{"--idle-timeout", "7s", "--active-timeout", "20s", "--timeout", "tcp=5s/10s", "--tcp-end", "fin=immediate,rst=ignore", "--max-flow-packets", "9"}, lab},
		{"biflows", []string{"--biflow", "--features", "stats,splt:5"}, append(capture("connections.pcap"), lab...)},
		{"tunnels", []string{"--meter", "both"}, capture("tunnels.pcap", "gre-outer.pcap")},
		{"keys", []string{"--key", "src_ip/24:64,dst_port,dscp"}, lab},
		{"frames", []string{"--key", "l2"}, append(capture("arp-and-lldp.pcap", "qinq.pcap"), lab...)},
		{"filters", []string{"-f", "tcp or udp port 53", "--flow-filter", "bytes > 200"}, lab},
		{"sample", []string{"--sample", "random-packets:3", "--sample-seed", "7"}, lab},
		{"reference", []string{"--as", "$KIT/reference/rib.mrt", "--as-names", "$KIT/reference/as-names.txt", "--geo", "$KIT/reference/country.mmdb", "--prefixes", "$KIT/reference/labels.csv", "--services", "--dscp-classes", "-A", "as,prefix"}, append(export("lab-softflowd-v9.raw"), lab...)},
		{"damaged", nil, append(capture("pcap-cut-in-record.pcap", "pcapng-block-length-8.pcapng"), export("v5-noise.raw", "bad-template.raw")...)},
	}
}

// kitInputs gives names in a folder of the kit.
func kitInputs(folder string, names []string) []string {
	var inputs []string
	for _, name := range names {
		inputs = append(inputs, path.Join(folder, name))
	}
	return inputs
}

// arguments gives the flags with the place of the kit.
func (s *selftestCase) arguments(folder string) []string {
	var arguments []string
	for _, flag := range s.flags {
		arguments = append(arguments, strings.ReplaceAll(flag, "$KIT", folder))
	}
	return arguments
}
