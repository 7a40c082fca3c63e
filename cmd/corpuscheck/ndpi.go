package main

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// A flow line of ndpiReader:
//
//	7	TCP 192.0.2.1:4000 <-> [2001:db8::1]:80 [proto: 7/HTTP]...[3 pkts/180 bytes <-> 2 pkts/120 bytes]...
var (
	ndpiFlow   = regexp.MustCompile(`^\t\d+\t(\S+) (\S+) <?-> (\S+) `)
	ndpiVolume = regexp.MustCompile(`\[(\d+) pkts/(\d+) bytes <?-> (\d+) pkts/(\d+) bytes\]`)
)

// ndpiProtocols are the protocols that ndpiReader names; it numbers the others.
var ndpiProtocols = map[string]int{
	"ICMP": 1, "IGMP": 2, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "AH": 51, "ICMPV6": 58, "VRRP": 112, "SCTP": 132,
}

// parseNDPI reads the flow records of ndpiReader's output. Their bytes are octets
// of frames; where a protocol has no ports it writes 0. It writes some IPv6
// addresses with two gaps, which cannot be told from others; these flows are left
// out.
func parseNDPI(text string) ([]conversation, error) {
	var conversations []conversation
	for number, line := range strings.Split(text, "\n") {
		flow := ndpiFlow.FindStringSubmatch(line)
		counts := ndpiVolume.FindStringSubmatch(line)
		if flow == nil || counts == nil {
			continue
		}
		if strings.Count(flow[2], "::") > 1 || strings.Count(flow[3], "::") > 1 {
			continue
		}
		k, err := ndpiKey(flow[1], flow[2], flow[3])
		if err != nil {
			return nil, fmt.Errorf("cannot read line %d: %w", number+1, err)
		}
		var v [4]int64
		for i := range v {
			if v[i], err = strconv.ParseInt(counts[i+1], 10, 64); err != nil {
				return nil, fmt.Errorf("cannot read line %d: %w", number+1, err)
			}
		}
		conversations = append(conversations, conversation{key: k, volumes: [2]volume{
			{packets: v[0], wireBytes: v[1]}, {packets: v[2], wireBytes: v[3]},
		}})
	}
	return conversations, nil
}

func ndpiKey(protocol, source, destination string) (key, error) {
	from, err := netip.ParseAddrPort(source)
	if err != nil {
		return key{}, err
	}
	to, err := netip.ParseAddrPort(destination)
	if err != nil {
		return key{}, err
	}
	number, named := ndpiProtocols[protocol]
	if !named {
		if number, err = strconv.Atoi(protocol); err != nil {
			return key{}, fmt.Errorf("protocol %q is not known", protocol)
		}
	}
	return key{from.Addr(), to.Addr(), number, 0, int(from.Port()), int(to.Port())}, nil
}
