package main

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// zeekProtocols are the values of proto in conn.log of which the number is known.
var zeekProtocols = map[string]int{"tcp": 6, "udp": 17}

// parseZeek reads the connections of a conn.log of Zeek. Their bytes are IP
// lengths. A log that lacks a column that is needed, because the test cut it, has
// no connections to compare with, and the answer is nil. ICMP has ports 0, as
// Zeek pairs the types of the two directions.
func parseZeek(text string) ([]conversation, error) {
	var places map[string]int
	var conversations []conversation
	for number, line := range strings.Split(text, "\n") {
		if names, is := strings.CutPrefix(line, "#fields\t"); is {
			places = map[string]int{}
			for i, name := range strings.Split(names, "\t") {
				places[name] = i
			}
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		for _, name := range [...]string{"id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "proto", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes", "ip_proto"} {
			if _, has := places[name]; !has {
				return nil, nil
			}
		}
		cells := strings.Split(line, "\t")
		if len(cells) != len(places) {
			return nil, fmt.Errorf("cannot read line %d: got %d cells, want %d", number+1, len(cells), len(places))
		}
		cell := func(name string) string { return cells[places[name]] }
		c, err := zeekConnection(cell)
		if err != nil {
			return nil, fmt.Errorf("cannot read line %d: %w", number+1, err)
		}
		c.cells = map[string]string{}
		for name, i := range places {
			c.cells[name] = cells[i]
		}
		conversations = append(conversations, c)
	}
	return conversations, nil
}

func zeekConnection(cell func(string) string) (c conversation, err error) {
	k, v := &c.key, &c.volumes
	if k.source, err = netip.ParseAddr(cell("id.orig_h")); err != nil {
		return c, err
	}
	if k.destination, err = netip.ParseAddr(cell("id.resp_h")); err != nil {
		return c, err
	}
	protocol, named := zeekProtocols[cell("proto")]
	switch {
	case named:
		k.protocol = protocol
		if k.sourcePort, err = strconv.Atoi(cell("id.orig_p")); err != nil {
			return c, err
		}
		if k.destinationPort, err = strconv.Atoi(cell("id.resp_p")); err != nil {
			return c, err
		}
	case cell("proto") == "icmp" && k.source.Is4():
		k.protocol = 1
	case cell("proto") == "icmp":
		k.protocol = 58
	default:
		if k.protocol, err = strconv.Atoi(cell("ip_proto")); err != nil {
			return c, err
		}
	}
	counts := [...]struct {
		name string
		sum  *int64
	}{{"orig_pkts", &v[0].packets}, {"resp_pkts", &v[1].packets}, {"orig_ip_bytes", &v[0].bytes}, {"resp_ip_bytes", &v[1].bytes}}
	for _, count := range counts {
		if *count.sum, err = strconv.ParseInt(cell(count.name), 10, 64); err != nil {
			return c, err
		}
	}
	return c, nil
}
