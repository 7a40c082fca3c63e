package main

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// parseIpfixcol reads the text view of messages that ipfixcol2 prints: a line an
// element of a template or a record. Values of up to 8 octets are shown as
// hexadecimal integers of the octets in reverse order.
func parseIpfixcol(text string) (reference, error) {
	r := reference{precision: time.Millisecond}
	lengths := map[string]int{} // of elements, by template and number
	template := ""
	for number, line := range strings.Split(text, "\n") {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		value := strings.TrimSpace(rest)
		first, _, _ := strings.Cut(value, " ")
		switch {
		case name == "Template ID", name == "Set ID":
			template = first
		case strings.HasPrefix(name, "Data Record"):
			record := newFlowRecord(fmt.Sprintf("line %d", number+1))
			r.records = append(r.records, record)
		case name == "IE ID":
			id, rest, _ := strings.Cut(value, "\t")
			key := template + " " + strings.TrimSpace(id)
			kind, shown, _ := strings.Cut(strings.TrimSpace(rest), ": ")
			if kind == "Field Length" {
				length, err := strconv.Atoi(shown)
				if err == nil { // else of variable length, or of an enterprise
					lengths[key] = length
				}
				continue
			}
			if kind != "Value" || len(r.records) == 0 {
				continue // of an enterprise
			}
			octets, err := ipfixcolOctets(shown, lengths[key])
			if err != nil {
				return r, fmt.Errorf("cannot read line %d: %w", number+1, err)
			}
			r.records[len(r.records)-1].setElement(strings.TrimSpace(id), octets)
		}
	}
	return r, nil
}

// ipfixcolOctets gives the octets of a value in network byte order.
func ipfixcolOctets(text string, length int) ([]byte, error) {
	digits := strings.TrimPrefix(text, "0x")
	if len(digits) > 16 {
		return hex.DecodeString(digits)
	}
	if length == 0 || len(digits) > 2*length {
		return nil, nil // of variable length
	}
	octets, err := hex.DecodeString(strings.Repeat("0", 2*length-len(digits)) + digits)
	slices.Reverse(octets)
	return octets, err
}

// setElement notes the value of an element of IANA's registry.
func (r *flowRecord) setElement(id string, octets []byte) {
	if len(octets) == 0 {
		return
	}
	column := map[string]string{
		"1": "bytes", "2": "packets", "4": "protocol", "5": "tos", "6": "tcp_flags", "7": "src_port", "11": "dst_port", "10": "in_if", "14": "out_if",
		"8": "src_ip", "12": "dst_ip", "27": "src_ip", "28": "dst_ip", "152": "flow_start", "153": "flow_end", "192": "min_ttl", "60": "ip_version",
	}[id]
	switch v := new(big.Int).SetBytes(octets); column {
	case "":
	case "src_ip", "dst_ip":
		if address, ok := netip.AddrFromSlice(octets); ok {
			r.setAddress(column, address.String())
		}
	case "flow_start", "flow_end":
		r.setTime(column, time.UnixMilli(v.Int64()))
	default:
		r.set(column, v.String())
	}
}
