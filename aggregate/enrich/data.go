package enrich

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"netstream/aggregate/flow"
)

// Data are reference data. They do not change and may be shared.
type Data struct {
	Texts         *Texts   // that numbers in [flow.Attributes] are of
	LabelNames    []string // the columns of labels, in order
	Contradictory bool     // some entries contradict others

	override   bool
	routes     *bart.Table[route]
	asNames    map[uint32]uint32
	countries  *bart.Table[uint32]
	labels     []*labels
	interfaces map[interfaceKey]interfaceEntry
	services   map[servicePort]uint32
	classes    *[codePoints]uint32
	classed    uint64 // which code points were given a class
}

// HasRoutes says whether there are routes: autonomous systems and prefix lengths are
// then known of flows whose exporter does not tell them.
func (d *Data) HasRoutes() bool { return d.routes != nil }

// HasASNames, HasCountries, HasInterfaces, HasServices and HasClasses say what else
// there is.
func (d *Data) HasASNames() bool    { return d.asNames != nil }
func (d *Data) HasCountries() bool  { return d.countries != nil }
func (d *Data) HasInterfaces() bool { return d.interfaces != nil }
func (d *Data) HasServices() bool   { return d.services != nil }
func (d *Data) HasClasses() bool    { return d.classes != nil }

// Speed gives the speed of an exporter's interface in bit/s, 0 if it is not known.
func (d *Data) Speed(exporter netip.Addr, index uint32) uint64 {
	entry, _ := d.findInterface(interfaceKey{exporter, index})
	return entry.speed
}

// findInterface gives the entry of an interface and the key that it is under: its own, or
// that of every exporter.
func (d *Data) findInterface(key interfaceKey) (interfaceEntry, interfaceKey) {
	entry, ok := d.interfaces[key]
	if !ok {
		key.exporter = netip.Addr{}
		entry = d.interfaces[key]
	}
	return entry, key
}

// otherClass is the class of code points without one.
const otherClass = "other"

// codePoints is how many code points the differentiated services field has (RFC 2474).
const codePoints = 64

type interfaceKey struct {
	exporter netip.Addr
	index    uint32
}

type interfaceEntry struct {
	name  uint32
	speed uint64
}

type servicePort struct {
	protocol uint8
	port     uint16
}

// findService gives the service of a key: the lower one of its ports that have a name,
// and the destination's if they are equal.
func (d *Data) findService(key *flow.Key) (name uint32, side flow.Side) {
	if key.Shape&(flow.Ports|flow.NoProtocol) != flow.Ports {
		return 0, flow.NoSide
	}
	protocol := key.Protocol
	switch protocol {
	case protocolTCP, protocolUDP, protocolDCCP, protocolSCTP:
	case protocolUDPLite:
		protocol = protocolUDP
	default: // ICMP has type and code in the place of ports
		return 0, flow.NoSide
	}
	var source, destination uint32
	if key.Shape&flow.NoSourcePort == 0 {
		source = d.services[servicePort{protocol, key.SourcePort}]
	}
	if key.Shape&flow.NoDestinationPort == 0 {
		destination = d.services[servicePort{protocol, key.DestinationPort}]
	}
	switch {
	case source == 0 && destination == 0:
		return 0, flow.NoSide
	case destination == 0 || source != 0 && key.SourcePort < key.DestinationPort:
		return source, flow.SourceSide
	}
	return destination, flow.DestinationSide
}
