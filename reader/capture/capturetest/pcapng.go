package capturetest

import (
	"fmt"
	"io"
)

// WritePCAPNG writes one section of a pcapng file. Several calls with the same w
// make a file of several sections. It fails if w does, or if a packet's time
// cannot be said in the unit of its interface.
func WritePCAPNG(w io.Writer, options Options, packets []Packet) error {
	interfaces := options.Interfaces
	if interfaces == nil {
		interfaces = []Interface{{}}
	}
	octets := SectionBlock(options)
	for _, described := range interfaces {
		octets = append(octets, InterfaceBlock(options, described)...)
	}
	for i, p := range packets {
		octets = append(octets, p.Before...)
		if p.Block == Simple {
			octets = append(octets, SimpleBlock(options, p.length(), p.Data)...)
			continue
		}
		var described Interface
		if p.Interface < len(interfaces) {
			described = interfaces[p.Interface]
		}
		count, ok := TimeCount(p.Time, described.resolution(), described.Offset)
		if !ok {
			return fmt.Errorf("cannot write packet %d: time %d is not one of its interface", i+1, p.Time)
		}
		octets = append(octets, PacketBlock(options, p, count, uint32(len(p.Data)))...)
	}
	_, err := w.Write(octets)
	return err
}

// SectionBlock gives a section header block of version 1.0 without options.
func SectionBlock(options Options) []byte {
	order := options.order()
	body := order.AppendUint32(nil, 0x1a2b3c4d)
	body = order.AppendUint16(body, 1)
	body = order.AppendUint16(body, 0)
	body = order.AppendUint64(body, 1<<64-1) // section length not given
	return RawBlock(options, 0x0a0d0d0a, body)
}

// InterfaceBlock gives an interface description block.
func InterfaceBlock(options Options, described Interface) []byte {
	order := options.order()
	link := described.LinkType
	if link == 0 {
		link = 1
	}
	var list []Option
	if described.Name != "" {
		list = append(list, Option{2, []byte(described.Name)})
	}
	if described.Description != "" {
		list = append(list, Option{3, []byte(described.Description)})
	}
	if described.Resolution != 0 || described.HasResolution {
		list = append(list, Option{9, []byte{described.Resolution}})
	}
	if described.FCSLength != 0 {
		list = append(list, Option{13, []byte{described.FCSLength}})
	}
	if described.Offset != 0 {
		list = append(list, Option{14, order.AppendUint64(nil, uint64(described.Offset))})
	}
	body := order.AppendUint16(nil, link)
	body = order.AppendUint16(body, 0)
	body = order.AppendUint32(body, described.SnapLen)
	return RawBlock(options, 1, append(body, OptionList(options, append(list, described.Extra...))...))
}

// PacketBlock gives an enhanced or obsolete packet block with that time stamp and
// captured length, which need not agree with the packet.
func PacketBlock(options Options, p Packet, count uint64, captured uint32) []byte {
	order := options.order()
	var body []byte
	kind := uint32(6)
	if p.Block == Obsolete {
		kind = 2
		body = order.AppendUint16(nil, uint16(p.Interface))
		body = order.AppendUint16(body, 0xffff) // drops not known
	} else {
		body = order.AppendUint32(nil, uint32(p.Interface))
	}
	for _, word := range [...]uint32{uint32(count >> 32), uint32(count), captured, p.length()} {
		body = order.AppendUint32(body, word)
	}
	body = pad(append(body, p.Data...))
	return RawBlock(options, kind, append(body, OptionList(options, p.Options)...))
}

// SimpleBlock gives a simple packet block.
func SimpleBlock(options Options, original uint32, data []byte) []byte {
	return RawBlock(options, 3, append(options.order().AppendUint32(nil, original), data...))
}

// RawBlock gives a block of any type, padded and with both lengths.
func RawBlock(options Options, kind uint32, body []byte) []byte {
	order := options.order()
	body = pad(body)
	length := uint32(12 + len(body))
	octets := order.AppendUint32(nil, kind)
	octets = order.AppendUint32(octets, length)
	octets = append(octets, body...)
	return order.AppendUint32(octets, length)
}

// OptionList gives the octets of options with an end of options, and none at all
// if there are no options.
func OptionList(options Options, list []Option) []byte {
	order := options.order()
	var octets []byte
	for _, option := range list {
		octets = order.AppendUint16(octets, option.Code)
		octets = order.AppendUint16(octets, uint16(len(option.Value)))
		octets = pad(append(octets, option.Value...))
	}
	if octets != nil {
		octets = append(octets, 0, 0, 0, 0)
	}
	return octets
}

// pad fills up to a multiple of four octets.
func pad(octets []byte) []byte {
	for len(octets)%4 != 0 {
		octets = append(octets, 0)
	}
	return octets
}
