package main

import (
	"fmt"
	"slices"
	"strings"
)

// checkConnections compares the connections of a conn.log with the biflows of the
// profile zeek, one by one: volumes of both directions, conn_state, missed_bytes, and
// what the letters of history tell. Both the packets and what is in tunnels are
// metered if any packet is in one. What of netstream's biflows has no counterpart is
// not looked at: Zeek does not log every outer packet.
func (f *finding) checkConnections(program, path string, theirs []conversation, traits map[hosts]trait) error {
	settings := []string{"--profile", "zeek"}
	for _, t := range traits {
		if t&traitTunnel != 0 {
			settings = append(settings, "--meter", "both")
			break
		}
	}
	ours, err := meterConversations(program, path, settings...)
	if err != nil {
		return err
	}
	groups := map[key][]conversation{}
	for _, c := range ours {
		c.key = zeekShape(c.key)
		groups[c.key.undirected()] = append(groups[c.key.undirected()], c)
	}
	totals, theirTotals := undirectedSums(ipOnly(ours)), undirectedSums(ipOnly(theirs))
	for _, z := range theirs {
		u := z.key.undirected()
		at := slices.IndexFunc(groups[u], func(c conversation) bool { return sameVolumes(c, z) })
		turned := slices.IndexFunc(groups[u], func(c conversation) bool { return sameVolumes(c.reversed(), z) })
		reason := zeekReason(&z, at, turned, totals[u] == theirTotals[u], traits[u.hosts()])
		f.compare("Zeek, packets and bytes of each direction", at >= 0, reason, "%v %s: got %v, want %v", z.key, z.cells["history"], totals[u], z.volumes)
		if at < 0 {
			continue
		}
		c := groups[u][at]
		groups[u] = slices.Delete(groups[u], at, at+1)
		if z.key.protocol == 6 || z.key.protocol == 17 {
			f.compare("Zeek, conn_state", c.cells["conn_state"] == z.cells["conn_state"], "", "%v got %s, want %s", z.key, c.cells["conn_state"], z.cells["conn_state"])
		}
		if z.key.protocol == 6 {
			f.checkHistory(&c, &z)
		}
	}
	return nil
}

// zeekShape gives netstream's key as Zeek has it here.
func zeekShape(k key) key { return fewerPorts(portlessZero(k), 6, 17) }

// ipOnly gives conversations with Zeek's keys and what Zeek counts.
func ipOnly(conversations []conversation) []conversation {
	only := make([]conversation, len(conversations))
	for i, c := range conversations {
		only[i].key = zeekShape(c.key)
		for d, v := range c.volumes {
			only[i].volumes[d] = volume{packets: v.packets, bytes: v.bytes}
		}
	}
	return only
}

func sameVolumes(c, z conversation) bool {
	for d := range c.volumes {
		if c.volumes[d].packets != z.volumes[d].packets || c.volumes[d].bytes != z.volumes[d].bytes {
			return false
		}
	}
	return c.key == z.key
}

// zeekReason says why Zeek has no such connection as netstream.
func zeekReason(z *conversation, at, turned int, sameTotal bool, t trait) string {
	switch {
	case at >= 0:
		return ""
	case turned >= 0 && strings.HasPrefix(z.cells["history"], "^"):
		return "it turns a connection whose first packet comes from a well-known port"
	case turned >= 0 && (z.key.protocol == 1 || z.key.protocol == 58):
		return "the sender of a reply without a request is its originator"
	case strings.HasSuffix(z.cells["history"], "^"):
		return "it turns a connection by what is in NTP and leaves the packets counted before where they are"
	case sameTotal:
		return "it ends connections by other timers: 3 s when one end has closed, those of its analyzers"
	case t&traitTunnel != 0:
		return "it meters every layer of nested tunnels, finds Teredo on any port, and opens A-MSDU and fragments put together"
	case t&traitFragment != 0:
		return "it puts fragments together"
	case t&traitBadChecksum != 0:
		return "it drops packets with bad checksums, or counts no bytes of them"
	case strings.Contains(z.cells["service"], "gridftp-data"):
		return "it stops counting at the bulk data of GridFTP"
	}
	return ""
}

// checkHistory compares missed_bytes and the letters of history that have a column.
// Letters in lower case are of the responder.
func (f *finding) checkHistory(c, z *conversation) {
	history := z.cells["history"]
	there, _ := c.count("tcp_missing_bytes")
	back, _ := c.count("rev_tcp_missing_bytes")
	f.compare("Zeek, missed_bytes", z.cells["missed_bytes"] == fmt.Sprint(there+back), "", "%v %s: got %d and %d, want %s", z.key, history, there, back, z.cells["missed_bytes"])
	facts := [...]struct {
		letter  string
		columns []string
	}{
		{"S", []string{"tcp_syn"}}, {"H", []string{"rev_tcp_syn"}}, {"D", []string{"payload_bytes"}}, {"F", []string{"tcp_fin"}}, {"R", []string{"tcp_rst"}},
		{"W", []string{"tcp_zero_windows"}}, {"T", []string{"tcp_retransmitted", "tcp_out_of_order"}}, {"G", []string{"tcp_missing_bytes"}},
	}
	for _, fact := range facts {
		for _, prefix := range [...]string{"", "rev_"} {
			letter := fact.letter
			if prefix != "" {
				letter = strings.ToLower(letter)
			}
			if letter == "H" || letter == "s" {
				continue // SYN of the originator and SYN/ACK of the responder are S and h
			}
			sum := int64(0)
			for _, column := range fact.columns {
				n, _ := c.count(prefix + strings.TrimPrefix(column, "rev_"))
				sum += n
			}
			reason := ""
			if syn, _ := c.count(prefix + "tcp_syn"); fact.letter == "T" && syn > 1 {
				reason = "T is for data only, not for a SYN that was sent again"
			}
			f.compare("Zeek, letters of history", strings.Contains(history, letter) == (sum > 0), reason, "%v %s: %s, got %d", z.key, history, letter, sum)
		}
	}
}
