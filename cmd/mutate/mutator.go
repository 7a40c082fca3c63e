package main

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// mutator damages the octets of a capture and gives the result. It may work in
// place; the layout that o describes holds only for the octets before any damage,
// so lengths must be looked at.
type mutator struct {
	name   string
	damage func(random *rand.Rand, o *original, content []byte) []byte
}

// mutators gives all mutators.
func mutators() []mutator {
	return []mutator{
		{"editcap", editcap},
		{"octets", octetsEverywhere},
		{"bits", flipBits},
		{"headers", changeHeaders},
		{"protocols", changeProtocols},
		{"lengths", changeLengths},
		{"cut", cutEnd},
		{"remove", removeSlice},
		{"repeat", repeatSlice},
		{"swap", swapSlices},
		{"fill", fillSlice},
		{"records", moveRecords},
		{"snap", snap},
	}
}

// damaged gives a damaged copy of the original: one mutator in half of the cases,
// two or three in the others. It also gives their names.
func damaged(random *rand.Rand, o *original) (content []byte, names []string) {
	content = slices.Clone(o.content)
	all := mutators()
	rounds := 1
	if random.IntN(2) == 0 {
		rounds = 2 + random.IntN(2)
	}
	for range rounds {
		if len(content) == 0 {
			break
		}
		m := all[random.IntN(len(all))]
		content = m.damage(random, o, content)
		names = append(names, m.name)
	}
	return content[:min(len(content), maxContent)], names
}

// errorRate is the share of octets that are damaged, as with editcap -E 0.02.
const errorRate = 0.02

// editcap damages the octets of frames as editcap -E does (editcap.c of Wireshark
// 4.0): of 18 errors 5 flip a bit, 5 set an octet, 5 set an alphanumeric octet, 2
// write "%s", and 1 fills the rest of the frame with 0xaa.
func editcap(random *rand.Rand, o *original, content []byte) []byte {
	const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	for _, frame := range o.frames {
		for i := frame.begin; i < min(frame.end, len(content)); i++ {
			if random.Float64() >= errorRate {
				continue
			}
			switch kind := random.IntN(18); {
			case kind < 5:
				content[i] ^= 1 << random.IntN(8)
			case kind < 10:
				content[i] = byte(random.IntN(256))
			case kind < 15:
				content[i] = alphanumeric[random.IntN(len(alphanumeric))]
			case kind < 17:
				copy(content[i:min(frame.end, len(content))], "%s")
			default:
				for ; i < min(frame.end, len(content)); i++ {
					content[i] = 0xaa
				}
			}
		}
	}
	return content
}

// octetsEverywhere sets octets at the same rate, whatever they are of.
func octetsEverywhere(random *rand.Rand, _ *original, content []byte) []byte {
	for i := range content {
		if random.Float64() < errorRate {
			content[i] = byte(random.IntN(256))
		}
	}
	return content
}

func flipBits(random *rand.Rand, _ *original, content []byte) []byte {
	for range 1 + random.IntN(16) {
		content[random.IntN(len(content))] ^= 1 << random.IntN(8)
	}
	return content
}

// changeHeaders changes a few octets of file, block or record headers.
func changeHeaders(random *rand.Rand, o *original, content []byte) []byte {
	return changeWithin(random, o.outside(), content)
}

// headerOctets is how far link, network and transport headers usually reach.
const headerOctets = 64

// changeProtocols changes a few octets at the begin of frames.
func changeProtocols(random *rand.Rand, o *original, content []byte) []byte {
	heads := slices.Clone(o.frames)
	for i := range heads {
		heads[i].end = min(heads[i].end, heads[i].begin+headerOctets)
	}
	return changeWithin(random, heads, content)
}

func changeWithin(random *rand.Rand, places []span, content []byte) []byte {
	if len(places) == 0 {
		return flipBits(random, nil, content)
	}
	for range 1 + random.IntN(8) {
		place := places[random.IntN(len(places))]
		if place.end = min(place.end, len(content)); place.begin >= place.end {
			continue
		}
		i := place.begin + random.IntN(place.end-place.begin)
		if random.IntN(2) == 0 {
			content[i] ^= 1 << random.IntN(8)
		} else {
			content[i] = byte(random.IntN(256))
		}
	}
	return content
}

// changeLengths writes numbers of the form 2^k-1, 2^k or 2^k+1 in 1, 2, 4 or 8
// octets of either byte order. Half of them go into headers of records and
// frames, where lengths are.
func changeLengths(random *rand.Rand, o *original, content []byte) []byte {
	places := o.records
	for range 1 + random.IntN(3) {
		width := 1 << random.IntN(4)
		number := uint64(1)<<random.IntN(8*width) + uint64(random.IntN(3)) - 1
		var octets [8]byte
		if random.IntN(2) == 0 {
			binary.LittleEndian.PutUint64(octets[:], number)
		} else {
			binary.BigEndian.PutUint64(octets[:], number<<(64-8*width))
		}
		at := random.IntN(len(content))
		if len(places) > 0 && random.IntN(2) == 0 {
			at = places[random.IntN(len(places))].begin + 2*random.IntN(headerOctets/2)
		}
		if at < len(content) {
			copy(content[at:], octets[:width])
		}
	}
	return content
}

func cutEnd(random *rand.Rand, _ *original, content []byte) []byte {
	return content[:random.IntN(len(content))]
}

// slice draws a range of content, short ones more often than long ones.
func slice(random *rand.Rand, content []byte) span {
	begin := random.IntN(len(content))
	most := min(len(content)-begin, 1<<random.IntN(17))
	return span{begin, begin + 1 + random.IntN(most)}
}

func removeSlice(random *rand.Rand, _ *original, content []byte) []byte {
	s := slice(random, content)
	return append(content[:s.begin], content[s.end:]...)
}

func repeatSlice(random *rand.Rand, _ *original, content []byte) []byte {
	s := slice(random, content)
	return slices.Insert(content, random.IntN(len(content)), slices.Clone(content[s.begin:s.end])...)
}

// swapSlices exchanges two ranges of equal length, which may overlap.
func swapSlices(random *rand.Rand, _ *original, content []byte) []byte {
	s := slice(random, content)
	length := s.end - s.begin
	other := random.IntN(len(content) - length + 1)
	kept := slices.Clone(content[s.begin:s.end])
	copy(content[s.begin:], slices.Clone(content[other:other+length]))
	copy(content[other:], kept)
	return content
}

// fillSlice overwrites a range with one octet, most often 0 or 0xff.
func fillSlice(random *rand.Rand, _ *original, content []byte) []byte {
	s := slice(random, content)
	filling := [...]byte{0, 0xff, byte(random.IntN(256))}[random.IntN(3)]
	for i := s.begin; i < s.end; i++ {
		content[i] = filling
	}
	return content
}

// moveRecords takes whole records out, repeats them, or puts them elsewhere, so
// that the framing stays sound and the times do not.
func moveRecords(random *rand.Rand, o *original, content []byte) []byte {
	if len(o.records) == 0 || len(content) != len(o.content) {
		return removeSlice(random, o, content)
	}
	records := make([][]byte, len(o.records))
	for i, r := range o.records {
		records[i] = content[r.begin:r.end]
	}
	for range 1 + random.IntN(8) {
		from, to := random.IntN(len(records)), random.IntN(len(records))
		switch random.IntN(3) {
		case 0:
			records[from], records[to] = records[to], records[from]
		case 1:
			records[to] = records[from]
		case 2:
			records[from] = nil
		}
	}
	result := slices.Clone(content[:o.records[0].begin])
	return append(result, slices.Concat(records...)...)
}

// snap shortens what was captured of frames and says so in their headers, as a
// snapshot length does: the framing stays sound, and headers end anywhere.
func snap(random *rand.Rand, o *original, content []byte) []byte {
	if len(o.records) == 0 || len(o.records) != len(o.frames) || len(content) != len(o.content) {
		return cutEnd(random, o, content)
	}
	share := random.Float64()
	result := slices.Clone(content[:o.records[0].begin])
	for i, r := range o.records {
		record, data := content[r.begin:r.end], o.frames[i]
		if length := data.end - data.begin; length > 0 && random.Float64() < share {
			kept := random.IntN(min(length, 2*headerOctets))
			record = snapped(record, data.begin-r.begin, length, kept)
		}
		result = append(result, record...)
	}
	return result
}

// Where captured lengths are in a pcap record and in an enhanced packet block, and
// where the data begins behind them (draft-ietf-opsawg-pcap and -pcapng).
const (
	pcapLengthAt, pcapHeader = 8, 16
	blockTotalAt             = 4
	epbLengthAt, epbHeader   = 20, 28
	emptyEPB                 = epbHeader + 4 // header and trailer
)

// snapped gives a record whose captured octets, from at on, are kept ones instead
// of length. Records of other layouts stay as they are, and so do damaged ones.
func snapped(record []byte, at, length, kept int) []byte {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch {
		case at == pcapHeader && order.Uint32(record[pcapLengthAt:]) == uint32(length):
			short := slices.Clone(record[:at+kept])
			order.PutUint32(short[pcapLengthAt:], uint32(kept))
			return append(short, record[at+length:]...)
		case at == epbHeader && order.Uint32(record[epbLengthAt:]) == uint32(length) && len(record) >= emptyEPB:
			padded := (kept + 3) &^ 3
			short := make([]byte, emptyEPB+padded)
			copy(short, record[:at+kept])
			order.PutUint32(short[blockTotalAt:], uint32(len(short)))
			order.PutUint32(short[epbLengthAt:], uint32(kept))
			order.PutUint32(short[at+padded:], uint32(len(short)))
			// Blocks that followed within the record's range go with their framing.
			if total := int(order.Uint32(record[blockTotalAt:])); total >= emptyEPB && total <= len(record) {
				short = append(short, record[total:]...)
			}
			return short
		}
	}
	return record
}
