package nfcapdtest

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// exporter gives the file's id of a point, and writes an exporter record for a new
// one.
func (w *writer) exporter(point uint32) uint16 {
	if w.options.Points == nil {
		return 0
	}
	if id, ok := w.exporters[point]; ok {
		return id
	}
	id := uint16(len(w.exporters) + 1)
	w.exporters[point] = id
	p := w.options.Points.Point(point)
	w.record(7, Exporter(id, w.options.Version, p.Exporter, p.Domain))
	return id
}

// Exporter gives the body of an exporter record.
func Exporter(id uint16, version uint32, address netip.Addr, domain uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, version)
	family := uint16(2)
	if address.Is6() {
		family = 10
		b = address6(b, address.As16())
	} else {
		b = append(b, make([]byte, 8)...)
		var v4 [4]byte
		if address.IsValid() {
			v4 = address.As4()
		}
		b = append(b, v4[3], v4[2], v4[1], v4[0])
		b = append(b, make([]byte, 4)...)
	}
	b = binary.LittleEndian.AppendUint16(b, family)
	b = binary.LittleEndian.AppendUint16(b, id)
	return binary.LittleEndian.AppendUint32(b, domain)
}

// interfaceNames writes the names of a record's interfaces and VRFs that are new.
func (w *writer) interfaceNames(e *flow.Export) {
	if w.options.Names == nil {
		return
	}
	for _, n := range []struct {
		kind     uint16
		id, name uint32
	}{
		{13, e.InIf, e.InIfName}, {13, e.OutIf, e.OutIfName},
		{14, e.IngressVRF, e.IngressVRFName}, {14, e.EgressVRF, e.EgressVRFName},
	} {
		key := uint64(n.kind)<<32 | uint64(n.id)
		if n.name == 0 || w.named[key] {
			continue
		}
		w.named[key] = true
		w.record(n.kind, Name(n.id, w.options.Names.Name(n.name)))
	}
}

// Name gives the body of a record with the name of one interface or VRF.
func Name(id uint32, name string) []byte {
	size := 4 + len(name) + 1
	size += -size & 3
	b := binary.LittleEndian.AppendUint16(nil, 1)
	b = binary.LittleEndian.AppendUint16(b, uint16(size))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(name)))
	element := make([]byte, size)
	binary.LittleEndian.PutUint32(element, id)
	copy(element[4:], name)
	return append(b, element...)
}

// address6 appends an IPv6 address as two numbers.
func address6(b []byte, a [16]byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, binary.BigEndian.Uint64(a[:]))
	return binary.LittleEndian.AppendUint64(b, binary.BigEndian.Uint64(a[8:]))
}

// address4 appends the IPv4 address of an IPv4-mapped one as a number.
func address4(b []byte, a [16]byte) []byte {
	return binary.LittleEndian.AppendUint32(b, binary.BigEndian.Uint32(a[12:]))
}

// is4 says that an address is IPv4-mapped.
func is4(a [16]byte) bool { return netip.AddrFrom16(a).Is4In6() }
