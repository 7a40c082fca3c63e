package main

import (
	"math"
	"strconv"
)

// segments is what a program tells of the TCP segments of one direction of a
// conversation.
type segments struct {
	again      int64 // retransmitted or out of order: in front of the next number
	duplicates int64 // acknowledgments
	zeroWindow int64
}

// segmentTrait is a property of segments for which the rules of Wireshark and of
// docs/biflows.md differ.
type segmentTrait uint16

// The traits.
const (
	segmentUnordered    segmentTrait = 1 << iota // earlier than one in front of it in the capture
	segmentLength                                // tshark shows no length of its data
	segmentJump                                  // farther than 2^30 from the next number
	segmentAhead                                 // without data, beyond the next number
	segmentAcknowledged                          // acknowledged by the other end before it was captured
	segmentOneOver                               // begins one number in front of the next one and goes beyond it
	segmentBehind                                // without data, in front of the next number
	segmentNotMetered                            // not metered here, though tshark shows it
	segmentSynAgain                              // a SYN, or a SYN and ACK, that is not the first one
)

// segmentFlow is one direction as tshark shows it.
type segmentFlow struct {
	segments segments
	traits   segmentTrait
	octets   int64   // of data
	next     int64   // number, -1 if there is none yet
	opened   [2]bool // has sent SYN, has sent SYN and ACK
}

// tcpAnalysis is what tshark tells of the TCP conversations in IP packets that are no
// fragments and in no tunnel.
type tcpAnalysis struct {
	flows map[key]*segmentFlow // by key of one direction
	rtt   map[key]string       // initial_rtt by undirected key
}

func analyse(packets []packet, known []difference) tcpAnalysis {
	a := tcpAnalysis{map[key]*segmentFlow{}, map[key]string{}}
	latest := map[key]string{}
	for i := range packets {
		p := &packets[i]
		r := p.read()
		if !r.metered || r.key.protocol != 6 || p.first("tcp.stream") == "" || p.tunneled() {
			continue
		}
		k := r.key
		k.tos = 0
		u := k.undirected()
		s := a.flows[k]
		if s == nil {
			s = &segmentFlow{next: -1}
			a.flows[k] = s
		}
		if explain(known, p, &r); !r.metered {
			s.traits |= segmentNotMetered
			continue
		}
		s.count(p)
		s.follow(p)
		if at := p.first("frame.time_epoch"); earlier(at, latest[u]) {
			s.traits |= segmentUnordered
		} else {
			latest[u] = at
		}
		if rtt := p.first("tcp.analysis.initial_rtt"); rtt != "" && a.rtt[u] == "" {
			a.rtt[u] = rtt
		}
	}
	return a
}

// earlier compares times of tshark in seconds.
func earlier(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && (x < y || x == y && a < b && len(a) == len(b))
}

// count takes what tshark makes of a segment.
func (s *segmentFlow) count(p *packet) {
	for _, kind := range [...]string{"retransmission", "out_of_order"} {
		if p.first("tcp.analysis."+kind) != "" {
			s.segments.again++
		}
	}
	if p.first("tcp.analysis.duplicate_ack") != "" {
		s.segments.duplicates++
	}
	if p.first("tcp.analysis.zero_window") != "" {
		s.segments.zeroWindow++
	}
	if p.first("tcp.analysis.spurious_retransmission") != "" {
		s.traits |= segmentAcknowledged
	}
}

// follow notes the traits of a segment.
func (s *segmentFlow) follow(p *packet) {
	const fin, syn, rst, ack = 1, 2, 4, 16
	number, _ := p.integer("tcp.seq")
	octets, known := p.integer("tcp.len")
	if !known {
		s.traits |= segmentLength
		return // nor is its number relative to the first one, as the others are
	}
	flags, _ := p.integer("tcp.flags")
	s.octets += int64(octets)
	start, length := int64(number), int64(octets)
	if flags&syn != 0 {
		opening := &s.opened[flags&ack/ack]
		if *opening {
			s.traits |= segmentSynAgain
		}
		*opening = true
		length++
	}
	if flags&fin != 0 {
		length++
	}
	if flags&rst != 0 {
		return
	}
	switch distance := start - s.next; {
	case s.next < 0:
	case distance > 1<<30 || distance < -1<<30:
		s.traits |= segmentJump
	case length == 0 && distance > 0:
		s.traits |= segmentAhead
	case length == 0 && distance < 0:
		s.traits |= segmentBehind
	case distance == -1 && length > 1:
		s.traits |= segmentOneOver
	}
	if length > 0 {
		s.next = max(s.next, start+length)
	}
}

// segmentsOf reads netstream's columns of a direction.
func (c *conversation) segmentsOf(prefix string) segments {
	column := func(name string) int64 {
		n, err := c.count(prefix + name)
		if err != nil {
			return math.MinInt32
		}
		return n
	}
	return segments{
		again:      column("tcp_retransmitted") + column("tcp_out_of_order"),
		duplicates: column("tcp_duplicate_acks"),
		zeroWindow: column("tcp_zero_windows"),
	}
}
