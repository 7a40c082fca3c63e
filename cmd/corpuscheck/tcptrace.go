package main

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// What tcptrace -l writes of a connection: its ends, and lines with a value of each
// direction.
var (
	tcptraceHost = regexp.MustCompile(`^\thost \w+:\s+(\S+):(\d+)\s*$`)
	tcptraceLine = regexp.MustCompile(`^     ([a-zA-Z/ ]+):\s+([\d/]+).*?\s{3,}([a-zA-Z/ ]+):\s+([\d/]+)`)
)

// parseTcptrace reads the connections of tcptrace's long output. The cells have its
// labels, those of the responder behind "rev ".
func parseTcptrace(text string) ([]conversation, error) {
	var conversations []conversation
	var hosts []netip.AddrPort
	for number, line := range strings.Split(text, "\n") {
		if host := tcptraceHost.FindStringSubmatch(line); host != nil {
			at, err := netip.ParseAddrPort(host[1] + ":" + host[2])
			if err != nil {
				return nil, fmt.Errorf("cannot read line %d: %w", number+1, err)
			}
			if hosts = append(hosts, at); len(hosts)%2 == 0 {
				a, b := hosts[len(hosts)-2], hosts[len(hosts)-1]
				k := key{a.Addr(), b.Addr(), 6, 0, int(a.Port()), int(b.Port())}
				conversations = append(conversations, conversation{key: k, cells: map[string]string{}})
			}
			continue
		}
		values := tcptraceLine.FindStringSubmatch(line)
		if values == nil || len(conversations) == 0 || values[1] != values[3] {
			continue
		}
		c := &conversations[len(conversations)-1]
		c.cells[values[1]], c.cells["rev "+values[1]] = values[2], values[4]
		if values[1] == "total packets" {
			c.volumes[0].packets, _ = strconv.ParseInt(values[2], 10, 64)
			c.volumes[1].packets, _ = strconv.ParseInt(values[4], 10, 64)
		}
	}
	return conversations, nil
}

// tcptraceTotals are sums of one direction of all connections of a key.
type tcptraceTotals struct{ packets, octets, again, windows, probes, syn, fin int64 }

// checkTcptrace compares the sums of tcptrace's connections by direction.
func (f *finding) checkTcptrace(text string, packets []packet) error {
	theirs, err := parseTcptrace(text)
	if err != nil {
		return err
	}
	want := map[key]tcptraceTotals{}
	for _, c := range theirs {
		for d, prefix := range [...]string{"", "rev "} {
			k := c.key
			if d == 1 {
				k = c.reversed().key
			}
			w := want[k]
			w.packets += c.volumes[d].packets
			for label, sum := range map[string]*int64{"actual data bytes": &w.octets, "rexmt data pkts": &w.again, "outoforder pkts": &w.again, "zero win adv": &w.windows, "zwnd probe pkts": &w.probes} {
				n, err := c.count(prefix + label)
				if err != nil {
					return err
				}
				*sum += n
			}
			syn, fin, _ := strings.Cut(c.cells[prefix+"SYN/FIN pkts sent"], "/")
			for text, sum := range map[*string]*int64{&syn: &w.syn, &fin: &w.fin} {
				n, err := strconv.ParseInt(*text, 10, 64)
				if err != nil {
					return err
				}
				*sum += n
			}
			want[k] = w
		}
	}
	disordered := unordered(packets)
	for i := range f.biflows {
		c := &f.biflows[i]
		for d, prefix := range [...]string{"", "rev_"} {
			k := c.key
			if d == 1 {
				k = c.reversed().key
			}
			w, has := want[k]
			if !has {
				continue
			}
			s := c.segmentsOf(prefix)
			octets, _ := c.count(prefix + "payload_bytes")
			syn, _ := c.count(prefix + "tcp_syn")
			fin, _ := c.count(prefix + "tcp_fin")
			f.compare("tcptrace, packets", c.volumes[d].packets == w.packets, "", "%v got %d, want %d", k, c.volumes[d].packets, w.packets)
			f.compare("tcptrace, octets of data", octets == w.octets, "", "%v got %d, want %d", k, octets, w.octets)
			f.compare("tcptrace, SYN and FIN", syn == w.syn && fin == w.fin, "", "%v got %d and %d, want %d and %d", k, syn, fin, w.syn, w.fin)
			f.compare("tcptrace, zero windows", s.zeroWindow == w.windows, "", "%v got %d, want %d", k, s.zeroWindow, w.windows)
			reason := ""
			if disordered {
				reason = "it takes packets in the order of the file, not of time"
			} else if w.probes > 0 && s.again < w.again {
				reason = "the first probe of a closed window, one octet, is a retransmission"
			}
			f.compare("tcptrace, retransmitted and out of order", s.again == w.again, reason, "%v got %d, want %d", k, s.again, w.again)
		}
	}
	return nil
}

// unordered tells whether a packet is earlier than one in front of it.
func unordered(packets []packet) bool {
	latest := ""
	for i := range packets {
		at := packets[i].first("frame.time_epoch")
		if earlier(at, latest) {
			return true
		}
		latest = at
	}
	return false
}
