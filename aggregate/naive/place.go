package naive

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"path"
	"strings"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/frames"
)

// Place is where a packet was observed: docs/metering.md section 1.
type Place struct {
	Interface string
	Index     int64 // of the interface, -1 if it is not known
	IndexName string
	Direction string // "ingress", "egress", "internal", "external", "" if it is not known
}

// Nowhere is the place of packets of which nothing is known.
func Nowhere() Place { return Place{Index: -1} }

func comparePlace(a, b Place) int {
	order := map[string]int{"": 0, "ingress": 1, "egress": 2, "internal": 3, "external": 4}
	return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Index, b.Index), cmp.Compare(a.IndexName, b.IndexName),
		cmp.Compare(order[a.Direction], order[b.Direction]))
}

// Places say what is known of where packets were observed.
type Places struct {
	Rules     []Rule
	Direction string // what tells directions: "capture", "local-net", "none"; "" is "capture"
	LocalNets []netip.Prefix
}

// Rule gives capture interfaces an index. File is a name or a pattern, which is for the
// base name if it has no slash; empty members fit all.
type Rule struct {
	File, Interface string
	Index           int64
	Name            string
}

func (r *Rule) fits(file, name string) bool {
	if r.Interface != "" && r.Interface != name {
		return false
	}
	if r.File == "" || r.File == file {
		return true
	}
	if !strings.Contains(r.File, "/") {
		file = path.Base(file)
	}
	fits, _ := path.Match(r.File, file)
	return fits
}

// told gives the place that a frame and the rules tell, whatever --direction says.
func (o *Places) told(file string, f frames.Frame) Place {
	p := Place{Interface: f.Interface, Index: -1}
	packetType := -1
	switch {
	case f.LinkType == frames.LinkTypeSLL && len(f.Octets) >= 16:
		packetType = int(binary.BigEndian.Uint16(f.Octets))
	case f.LinkType == frames.LinkTypeSLL2 && len(f.Octets) >= 20:
		packetType = int(f.Octets[10])
		if index := int64(binary.BigEndian.Uint32(f.Octets[4:])); index > 0 {
			p.Index = index
		}
	}
	switch {
	case f.Flags&3 == 1:
		p.Direction = "ingress"
	case f.Flags&3 == 2:
		p.Direction = "egress"
	case packetType >= 0 && packetType <= 3:
		p.Direction = "ingress"
	case packetType == 4:
		p.Direction = "egress"
	}
	for _, r := range o.Rules {
		if r.fits(file, f.Interface) {
			p.Index, p.IndexName = r.Index, r.Name
			break
		}
	}
	return p
}

// of gives the place of a packet of a frame that tells a place.
func (o *Places) of(told Place, k flow.Key) Place {
	switch o.Direction {
	case "none":
		told.Direction = ""
	case "local-net":
		told.Direction = o.direction(k)
	}
	return told
}

// direction gives the direction by the local networks.
func (o *Places) direction(k flow.Key) string {
	if k.Version == 0 {
		return ""
	}
	local := func(octets [16]byte) bool {
		address := netip.AddrFrom16(octets)
		if k.Version == 4 {
			address = netip.AddrFrom4([4]byte(octets[12:]))
		}
		for _, prefix := range o.LocalNets {
			if prefix.Contains(address) {
				return true
			}
		}
		return false
	}
	return map[[2]bool]string{
		{true, false}: "egress", {false, true}: "ingress", {true, true}: "internal", {false, false}: "external",
	}[[2]bool{local(k.Source), local(k.Destination)}]
}

// seed is what a sampler draws from at a place that frames tell.
func (p Place) seed(seed uint64) uint64 {
	octets := []byte(p.Interface)
	if p.Index >= 0 {
		octets = binary.BigEndian.AppendUint32(octets, uint32(p.Index))
	}
	for _, octet := range append(octets, map[string]byte{"": 0, "ingress": 1, "egress": 2}[p.Direction]) {
		seed = splitMix(seed, uint64(octet))
	}
	return seed
}

// place gives what of a place is in the key.
func (k *Key) place(full Place) Place {
	if !k.has("interface") {
		full.Interface = ""
	}
	if !k.has("if_index") {
		full.Index, full.IndexName = -1, ""
	}
	if !k.has("direction") {
		full.Direction = ""
	}
	return full
}

// withoutIP says whether frames that carry no IP packet are metered.
func (k *Key) withoutIP() bool {
	for _, name := range []string{
		"ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos", "dscp", "precedence", "tunnel", "tunnel_id", "flow_label", "tcp_flags",
	} {
		if k.has(name) {
			return false
		}
	}
	return true
}
