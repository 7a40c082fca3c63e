package main

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// flowRecord is a flow as netstream or a reference shows it: cells by the names
// that netstream's flow table has for its columns. Addresses are as netip writes
// them, numbers decimal, and times nanoseconds since the Unix epoch. A cell that
// is not there is unknown: to netstream NULL, for a reference not compared.
type flowRecord struct {
	place string            // where the reference has it
	cells map[string]string // by column
	other map[string]string // what a reference shows besides, by its own names, for the known differences
}

func newFlowRecord(place string) flowRecord {
	return flowRecord{place: place, cells: map[string]string{}, other: map[string]string{}}
}

// set notes the text of a cell, if there is any.
func (r *flowRecord) set(column, text string) {
	if text != "" {
		r.cells[column] = text
	}
}

// setAddress notes an address in its canonical form. Next hops and translated
// addresses are kept without their IP version, IPv4 mapped to IPv6: those of
// ::ffff:0:0/96 are IPv4 addresses to netstream.
func (r *flowRecord) setAddress(column, text string) {
	if text == "" {
		return
	}
	if address, err := netip.ParseAddr(text); err == nil {
		if column != "src_ip" && column != "dst_ip" {
			address = address.Unmap()
		}
		text = address.String()
	}
	r.cells[column] = text
}

// setNumber notes an unsigned integer, decimal or with 0x in front.
func (r *flowRecord) setNumber(column, text string) {
	if text == "" {
		return
	}
	if v, err := strconv.ParseUint(text, 0, 64); err == nil && (len(text) == 1 || text[0] != '0' || strings.HasPrefix(text, "0x")) {
		text = strconv.FormatUint(v, 10)
	}
	r.cells[column] = text
}

// setTime notes a time.
func (r *flowRecord) setTime(column string, t time.Time) {
	r.cells[column] = strconv.FormatInt(t.UnixNano(), 10)
}

// setDirection notes flowDirection (61): 0 is ingress and 1 egress.
func (r *flowRecord) setDirection(text string) {
	switch text {
	case "0":
		r.cells["direction"] = "ingress"
	case "1":
		r.cells["direction"] = "egress"
	}
}

// number gives a cell as an integer.
func (r *flowRecord) number(column string) (v uint64, ok bool) {
	v, err := strconv.ParseUint(r.cells[column], 10, 64)
	return v, err == nil
}

// key gives the cells of columns that tell flows from each other.
func (r *flowRecord) key(columns []string) string {
	var b strings.Builder
	for _, column := range columns {
		b.WriteString(r.cells[column])
		b.WriteByte(' ')
	}
	return b.String()
}

// reversed makes the record of the flow in the other direction, with the key and the
// interfaces swapped and without counters. Type and code of ICMP stay the
// destination port.
func (r *flowRecord) reversed() flowRecord {
	reversed := newFlowRecord(r.place + " reverse")
	maps.Copy(reversed.other, r.other)
	for column, from := range map[string]string{
		"src_ip": "dst_ip", "dst_ip": "src_ip", "src_port": "dst_port", "dst_port": "src_port", "in_if": "out_if", "out_if": "in_if", "protocol": "protocol",
	} {
		reversed.set(column, r.cells[from])
	}
	if isICMP(r.cells["protocol"]) {
		reversed.set("src_port", r.cells["src_port"])
		reversed.set("dst_port", r.cells["dst_port"])
	}
	return reversed
}

// fiveTuple names the columns of addresses, ports and protocol.
func fiveTuple() []string { return []string{"src_ip", "dst_ip", "src_port", "dst_port", "protocol"} }

func (r *flowRecord) String() string {
	return fmt.Sprintf("%s %s:%s > %s:%s protocol %s, %s packets, %s bytes", r.place, r.cells["src_ip"], r.cells["src_port"],
		r.cells["dst_ip"], r.cells["dst_port"], r.cells["protocol"], r.cells["packets"], r.cells["bytes"])
}

// columns gives the columns of the record in a fixed order.
func (r *flowRecord) columns() []string {
	var names []string
	for name := range r.cells {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare)
	return names
}

// isTime tells whether a column holds a time.
func isTime(column string) bool { return column == "flow_start" || column == "flow_end" }

// equalCell compares the cell of a reference with that of netstream. Times are
// equal if they are in the same unit of the reference's precision.
func equalCell(column, want, got string, precision time.Duration) bool {
	if want == got || !isTime(column) {
		return want == got
	}
	w, err := strconv.ParseInt(want, 10, 64)
	g, other := strconv.ParseInt(got, 10, 64)
	return err == nil && other == nil && floor(w, int64(precision)) == floor(g, int64(precision))
}

func floor(v, unit int64) int64 {
	if v < 0 {
		v -= unit - 1
	}
	return v / unit
}

// protocolNumber gives the number of a protocol that a program names.
func protocolNumber(name string) string {
	switch strings.ToLower(name) {
	case "icmp":
		return "1"
	case "tcp":
		return "6"
	case "udp":
		return "17"
	case "gre":
		return "47"
	case "ipv6-icmp":
		return "58"
	}
	return name
}

// tcpFlags reads TCP flags as nfdump and telegraf show them, a letter or a point a
// flag: CEUAPRSF.
func tcpFlags(text string) string {
	const letters = "CEUAPRSF"
	if len(text) != len(letters) {
		return text
	}
	bits := 0
	for i := range letters {
		bits <<= 1
		if text[i] == letters[i] {
			bits |= 1
		} else if text[i] != '.' {
			return text
		}
	}
	return strconv.Itoa(bits)
}

// isICMP tells whether a protocol number is that of ICMP or ICMPv6.
func isICMP(protocol string) bool { return protocol == "1" || protocol == "58" }

// icmpPort gives type and code as netstream's destination port has them.
func icmpPort(kind, code string) string {
	k, err := strconv.Atoi(kind)
	c, other := strconv.Atoi(code)
	if err != nil || other != nil {
		return ""
	}
	return strconv.Itoa(k*256 + c)
}
