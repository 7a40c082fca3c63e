package nfcapd

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"

	"netstream/aggregate/flow"
)

// The limits of what is kept of definitions. Files of nfcapd stay far below them.
const (
	// MaxNamed bounds the interfaces, the VRFs and the applications with names, each.
	// Further ones have no name.
	MaxNamed = 1 << 18

	// MaxExtensions bounds the extensions of an extension map; layout 1 knows 49.
	MaxExtensions = 256
)

// ExporterInfo is what a file says of an exporter.
type ExporterInfo struct {
	ID      uint16     // by which records of the file refer to it (sysid)
	Address netip.Addr // zero if the file does not have it
	Version uint32     // of its messages: 1, 5, 7, 9, 10; 9999 for sFlow
	Domain  uint32     // source id, observation domain, or engine type * 256 + engine id

	// From the statistics at the end of the file.
	Packets, Flows   uint64
	SequenceFailures uint64
}

// definitions are what a file defines for the records that come later.
type definitions struct {
	keepFirst    bool // a first definition stays, for those who come before it
	exporters    map[uint16]*ExporterInfo
	maps         map[uint16][]uint16 // extensions by the id of their map, layout 1
	interfaces   map[uint64]uint32   // numbers of names by ifIndex
	vrfs         map[uint64]uint32   // likewise, by VRF id
	applications map[uint64]uint32   // likewise, as Export.Application has it
}

func newDefinitions(keepFirst bool) *definitions {
	return &definitions{
		keepFirst:    keepFirst,
		exporters:    make(map[uint16]*ExporterInfo),
		maps:         make(map[uint16][]uint16),
		interfaces:   make(map[uint64]uint32),
		vrfs:         make(map[uint64]uint32),
		applications: make(map[uint64]uint32),
	}
}

// exporter takes an exporter record: version u32, address of 16 octets, address
// family u16, id u16, domain u32.
func (d *definitions) exporter(b []byte) bool {
	const (
		octets = 28
		inet   = 2 // AF_INET of every system; AF_INET6 differs
	)
	if len(b) < octets {
		return false
	}
	id := binary.LittleEndian.Uint16(b[22:])
	e := d.exporterOf(id)
	if d.keepFirst && e.Version != 0 {
		return true
	}
	e.Version = binary.LittleEndian.Uint32(b)
	e.Domain = binary.LittleEndian.Uint32(b[24:])
	if binary.LittleEndian.Uint16(b[20:]) == inet {
		e.Address = netip.AddrFrom4(ipv4(b[12:])) // the third of the four words
	} else {
		e.Address = netip.AddrFrom16(ipv6(b[4:])).Unmap()
	}
	if e.Address.IsUnspecified() {
		e.Address = netip.Addr{}
	}
	return true
}

func (d *definitions) exporterOf(id uint16) *ExporterInfo {
	e := d.exporters[id]
	if e == nil {
		e = &ExporterInfo{ID: id}
		d.exporters[id] = e
	}
	return e
}

// exporterStatistics takes an exporter statistics record: a count u32, and for
// each exporter id u32, sequence failures u32, packets u64, flows u64.
func (d *definitions) exporterStatistics(b []byte) bool {
	const octets = 24
	if len(b) < 4 {
		return false
	}
	count := binary.LittleEndian.Uint32(b)
	b = b[4:]
	if uint64(count)*octets > uint64(len(b)) {
		return false
	}
	for ; count > 0; count-- {
		if id := binary.LittleEndian.Uint32(b); id <= 0xffff {
			e := d.exporterOf(uint16(id))
			e.SequenceFailures += uint64(binary.LittleEndian.Uint32(b[4:]))
			e.Packets += binary.LittleEndian.Uint64(b[8:])
			e.Flows += binary.LittleEndian.Uint64(b[16:])
		}
		b = b[octets:]
	}
	return true
}

// extensionMap takes an extension map record: id u16, octets of all extensions
// u16, then extensions u16 each up to a 0.
func (d *definitions) extensionMap(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	id := binary.LittleEndian.Uint16(b)
	var extensions []uint16
	for b = b[4:]; len(b) >= 2; b = b[2:] {
		e := binary.LittleEndian.Uint16(b)
		if e == 0 {
			break
		}
		if len(extensions) == MaxExtensions {
			return false
		}
		extensions = append(extensions, e)
	}
	if _, known := d.maps[id]; !known || !d.keepFirst {
		d.maps[id] = extensions
	}
	return true
}

// array is the body of a record with an array of equal elements: count u16, octets
// of an element u16, something of the array as a whole, the elements.
func array(b []byte) (before, elements []byte, size int, ok bool) {
	if len(b) < 4 {
		return nil, nil, 0, false
	}
	count, size := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
	b = b[4:]
	if size == 0 || count*size > len(b) {
		return nil, nil, 0, false
	}
	return b[:len(b)-count*size], b[len(b)-count*size:], size, true
}

// named takes a record with names of interfaces or VRFs: id u32, then the name up
// to the first 0.
func (d *definitions) named(to map[uint64]uint32, b []byte, names *flow.Names) bool {
	_, elements, size, ok := array(b)
	if !ok || size < 4 {
		return false
	}
	for ; len(elements) > 0; elements = elements[size:] {
		d.name(to, uint64(binary.LittleEndian.Uint32(elements)), elements[4:size], names)
	}
	return true
}

// applicationNames takes a record with names of applications: the octets of id,
// name and description, u16 each, for all of them; then these three.
func (d *definitions) applicationNames(b []byte, names *flow.Names) bool {
	before, elements, size, ok := array(b)
	if !ok || len(before) < 4 {
		return false
	}
	id, name := int(binary.LittleEndian.Uint16(before)), int(binary.LittleEndian.Uint16(before[2:]))
	if id+name > size {
		return false
	}
	for ; len(elements) > 0; elements = elements[size:] {
		if application, ok := application(elements[:id]); ok {
			d.name(d.applications, application, elements[id:][:name], names)
		}
	}
	return true
}

func (d *definitions) name(to map[uint64]uint32, id uint64, name []byte, names *flow.Names) {
	name, _, _ = bytes.Cut(name, []byte{0})
	_, known := to[id]
	if known && d.keepFirst || !known && len(to) == MaxNamed {
		return
	}
	if number := names.Number(name); number != 0 {
		to[id] = number
	}
}

// application gives applicationId (95, RFC 6759) as flow.Export has it.
func application(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	var selector uint64
	for _, v := range b[1:] {
		selector = selector<<8 | uint64(v)
	}
	return uint64(b[0])<<56 | selector, true
}

// sorted gives the exporters by their ids.
func (d *definitions) sorted() []ExporterInfo {
	exporters := make([]ExporterInfo, 0, len(d.exporters))
	for _, e := range d.exporters {
		exporters = append(exporters, *e)
	}
	slices.SortFunc(exporters, func(a, b ExporterInfo) int { return int(a.ID) - int(b.ID) })
	return exporters
}

// ipv4 gives an IPv4 address that is kept as a number.
func ipv4(b []byte) [4]byte { return [4]byte{b[3], b[2], b[1], b[0]} }

// ipv6 gives an IPv6 address that is kept as two numbers, the upper half first.
func ipv6(b []byte) (a [16]byte) {
	binary.BigEndian.PutUint64(a[:], binary.LittleEndian.Uint64(b))
	binary.BigEndian.PutUint64(a[8:], binary.LittleEndian.Uint64(b[8:]))
	return a
}
