package referencetest

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// Network is a network of a MaxMind DB with its record. The networks of a database must
// not overlap.
type Network struct {
	Prefix netip.Prefix
	Record Value
}

// Value is a value of a record: one of its members is set.
type Value struct {
	Map    []Field
	Text   string
	Number uint32
}

// Field is a field of a map.
type Field struct {
	Name  string
	Value Value
}

// MMDB gives a MaxMind DB of version 2.0 for addresses of both IP versions, with records
// of 32 bits, and of the type that is given.
func MMDB(kind string, networks []Network) []byte {
	tree := [][2]int{{}} // by node and bit: 0 nothing, above 0 the node, below 0 -1 - the network
	for i, n := range networks {
		bits := address(n.Prefix)
		length := n.Prefix.Bits()
		if n.Prefix.Addr().Is4() {
			length += 96 // IPv4 lies in ::/96
		}
		node := 0
		for at := range length {
			bit := bits[at/8] >> (7 - at%8) & 1
			if at == length-1 {
				tree[node][bit] = -1 - i
				break
			}
			if tree[node][bit] == 0 {
				tree = append(tree, [2]int{})
				tree[node][bit] = len(tree) - 1
			}
			node = tree[node][bit]
		}
	}
	var section []byte
	places := make([]int, len(networks))
	for i, n := range networks {
		places[i] = len(section)
		section = appendValue(section, n.Record)
	}
	var file []byte
	for _, node := range tree {
		for _, next := range node {
			switch {
			case next == 0:
				next = len(tree)
			case next < 0:
				next = len(tree) + 16 + places[-1-next]
			}
			file = binary.BigEndian.AppendUint32(file, uint32(next))
		}
	}
	file = append(file, make([]byte, 16)...)
	file = append(file, section...)
	file = append(file, "\xab\xcd\xefMaxMind.com"...)
	file = append(file, 7<<5|9) // a map of nine fields
	for _, f := range []Field{
		{"database_type", Value{Text: kind}}, {"node_count", Value{Number: uint32(len(tree))}},
		{"record_size", Value{Number: 32}}, {"ip_version", Value{Number: 6}},
		{"binary_format_major_version", Value{Number: 2}},
	} {
		file = appendValue(appendText(file, f.Name), f.Value)
	}
	file = append(appendText(file, "binary_format_minor_version"), 6<<5) // the number 0
	file = append(appendText(file, "build_epoch"), 4, 2, 0x69, 0x20, 0, 0)
	file = append(appendText(file, "languages"), 0, 4) // an empty array
	return appendValue(appendText(file, "description"), Value{Map: []Field{{"en", Value{Text: "made for tests"}}}})
}

func address(p netip.Prefix) [16]byte {
	if p.Addr().Is4() {
		a := p.Addr().As4()
		return [16]byte{12: a[0], 13: a[1], 14: a[2], 15: a[3]}
	}
	return p.Addr().As16()
}

// appendValue appends a value of fewer than 285 octets or 29 fields.
func appendValue(b []byte, v Value) []byte {
	switch {
	case v.Map != nil:
		b = append(b, 7<<5|byte(len(v.Map)))
		for _, f := range v.Map {
			b = appendValue(appendText(b, f.Name), f.Value)
		}
		return b
	case v.Text != "":
		return appendText(b, v.Text)
	}
	octets := binary.BigEndian.AppendUint32(nil, v.Number)
	first := max(slices.IndexFunc(octets, func(o byte) bool { return o != 0 }), 0)
	return append(append(b, 6<<5|byte(4-first)), octets[first:]...)
}

func appendText(b []byte, text string) []byte {
	if len(text) < 29 {
		b = append(b, 2<<5|byte(len(text)))
	} else {
		b = append(b, 2<<5|29, byte(len(text)-29))
	}
	return append(b, text...)
}
