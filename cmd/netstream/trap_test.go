package main

import (
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
)

// smallDatagram is a UDP packet of 28 octets in an Ethernet frame that is padded to 60.
func smallDatagram() []byte {
	return append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
		0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 8, 0, 0}, make([]byte, 18)...)
}

// Trap 5: the padding of Ethernet counts on the wire, and nowhere else.
func TestTrap5Padding(t *testing.T) {
	file := saved(t, "a.pcap", pcap(t, capturetest.Options{}, []capturetest.Packet{{Time: 1e9, Data: smallDatagram()}}))
	flows, intervals := tablesOf(t, file)
	for _, table := range []string{flows, intervals} {
		sheet := sheetOf(t, table)
		if len(sheet.rows) != 1 {
			t.Fatalf("got %d rows, want 1", len(sheet.rows))
		}
		r := row{sheet.columns, sheet.rows[0]}
		for column, want := range map[string]int{"bytes": 28, "wire_bytes": 60, "payload_bytes": 0} {
			if got := number(t, r, column); got != want {
				t.Errorf("got %d in %s, want %d", got, column, want)
			}
		}
	}
}

// Trap 6: a packet that is out of order by 1 ms takes its place, one that is by 1 h is
// counted late; both are of the flow.
func TestTrap6OutOfOrder(t *testing.T) {
	const start = flow.Timestamp(2 * time.Hour)
	for _, c := range []struct {
		back time.Duration
		late int
	}{{time.Millisecond, 0}, {time.Hour, 1}} {
		var packets []capturetest.Packet
		for _, when := range []flow.Timestamp{start, start + flow.Timestamp(time.Second), start + flow.Timestamp(time.Second-c.back)} {
			packets = append(packets, capturetest.Packet{Time: when, Data: smallDatagram()})
		}
		flows, _ := tablesOf(t, saved(t, "a.pcap", pcap(t, capturetest.Options{}, packets)))
		sheet := sheetOf(t, flows)
		if len(sheet.rows) != 1 {
			t.Fatalf("out of order by %v: got %d flows, want 1", c.back, len(sheet.rows))
		}
		r := row{sheet.columns, sheet.rows[0]}
		if packets, late := number(t, r, "packets"), number(t, r, "late_packets"); packets != 3 || late != c.late {
			t.Errorf("out of order by %v: got %d packets, %d late, want 3, %d late", c.back, packets, late, c.late)
		}
	}
}
