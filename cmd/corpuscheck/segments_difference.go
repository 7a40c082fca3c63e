package main

import (
	"math"
	"strconv"
)

// checkSegments compares what the biflows tell of TCP segments with Wireshark's
// analysis of sequence numbers.
func (f *finding) checkSegments(packets []packet, known []difference) {
	const notComparable = traitTunnel | traitFragment | traitMalformed | traitTime
	a, traits := analyse(packets, known), traitsOf(packets)
	for i := range f.biflows {
		c := &f.biflows[i]
		if c.key.protocol != 6 || traits[c.key.hosts()]&notComparable != 0 {
			continue
		}
		there, back := a.flows[c.key], a.flows[c.reversed().key]
		f.checkDirection(c, "", there, back)
		f.checkDirection(c, "rev_", back, there)
		f.checkHandshake(c, a.rtt[c.key.undirected()], there, back)
	}
}

// checkDirection compares the segments of a direction.
func (f *finding) checkDirection(c *conversation, prefix string, there, back *segmentFlow) {
	if there == nil {
		return
	}
	got, want := c.segmentsOf(prefix), there.segments
	octets, _ := c.count(prefix + "payload_bytes")
	f.compare("tshark, retransmitted and out of order", got.again == want.again, againReason(got.again, want.again, octets, there, back), "%v %sgot %d, want %d", c.key, prefix, got.again, want.again)
	f.compare("tshark, duplicate acknowledgments", got.duplicates == want.duplicates, duplicateReason(got, want, there, back), "%v %sgot %d, want %d", c.key, prefix, got.duplicates, want.duplicates)
	f.compare("tshark, zero windows", got.zeroWindow == want.zeroWindow, "", "%v %sgot %d, want %d", c.key, prefix, got.zeroWindow, want.zeroWindow)
}

// againReason says why Wireshark counts other segments as sent again.
func againReason(got, want, octets int64, there, back *segmentFlow) string {
	traits := there.traits
	switch {
	case traits&segmentUnordered != 0 || back != nil && back.traits&segmentUnordered != 0:
		return "it takes packets in the order of the file, not of time"
	case traits&segmentNotMetered != 0:
		return "it knows of packets that are not metered here (FabricPath)"
	case traits&segmentJump != 0:
		return "numbers that jump by more than 2^30 begin anew here"
	case traits&segmentLength != 0 || octets != there.octets:
		return "it cuts the IP length to what the frame or the header in front of it leaves"
	case got < want && traits&segmentAhead != 0:
		return "a segment without data moves its next number; here only numbers that were sent do"
	case got < want && traits&segmentAcknowledged != 0:
		return "it takes a segment that was acknowledged before it was captured for a spurious retransmission"
	case got > want && traits&segmentOneOver != 0:
		return "it lets a segment pass that begins one number too early and goes on"
	}
	return ""
}

// duplicateReason says why Wireshark counts other acknowledgments as duplicates.
func duplicateReason(got, want segments, there, back *segmentFlow) string {
	again := want.again > 0 || back != nil && back.segments.again > 0
	switch {
	case there.traits&segmentUnordered != 0 || back != nil && back.traits&segmentUnordered != 0:
		return "it takes packets in the order of the file, not of time"
	case got.duplicates < want.duplicates:
		return "it does not ask whether anything is outstanding (RFC 5681 section 2 (a))"
	case got.zeroWindow > 0:
		return "an acknowledgment with window 0 is none"
	case there.traits&segmentBehind != 0:
		return "an acknowledgment whose sequence number is not the next one is none"
	case again:
		return "it compares with the last acknowledgment, not with the greatest"
	}
	return ""
}

// checkHandshake compares the sum of the two round trips with initial_rtt, the time
// from SYN to the first acknowledgment without SYN.
func (f *finding) checkHandshake(c *conversation, text string, there, back *segmentFlow) {
	const respect = "tshark, round trip of the handshake"
	syn, err1 := strconv.ParseInt(c.cells["syn_rtt_ns"], 10, 64)
	ack, err2 := strconv.ParseInt(c.cells["ack_rtt_ns"], 10, 64)
	has, hasTheirs := err1 == nil && err2 == nil, text != ""
	if !has && !hasTheirs {
		return
	}
	seconds, _ := strconv.ParseFloat(text, 64)
	want := int64(math.Round(seconds * 1e9))
	reason := ""
	switch again := (there != nil && there.traits&segmentSynAgain != 0) || (back != nil && back.traits&segmentSynAgain != 0); {
	case !has:
		reason = "it takes any acknowledgment behind a SYN, also that of RST or without SYN and ACK"
	case syn+ack == 0:
		reason = "it takes a time of 0 for none"
	case again:
		reason = "SYN, or SYN and ACK, was sent again, and it takes another one"
	case (there != nil && there.traits&segmentUnordered != 0) || (back != nil && back.traits&segmentUnordered != 0):
		reason = "it takes packets in the order of the file, not of time"
	case !hasTheirs:
		reason = "it shows none"
	}
	f.compare(respect, has && hasTheirs && syn+ack == want, reason, "%v got %d, want %q", c.key, syn+ack, text)
}
