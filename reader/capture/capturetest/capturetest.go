// Package capturetest writes capture files for tests: pcap and pcapng in every
// byte order, time resolution and layout that the formats have, sound ones and,
// block by block, unsound ones. It shares no code with the reader under test.
package capturetest

import (
	"encoding/binary"
	"math/big"

	"netstream/aggregate/flow"
)

// Order is a byte order that can append.
type Order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// Options describe a file. The zero value gives a little-endian file of Ethernet
// frames in microseconds, version 2.4 or 1.0.
type Options struct {
	Order Order // nil: little endian

	// Of pcap.
	Nanoseconds bool      // magic a1b23c4d
	Modified    bool      // magic a1b2cd34, with record headers of 24 octets
	Version     [2]uint16 // zero: 2.4. Lengths are written in the order that the version has
	SnapLen     uint32    // as it is, 0 included
	LinkType    uint32    // zero: 1, Ethernet. The upper half is the FCS field

	// Of pcapng.
	Interfaces []Interface // nil: one without options
}

// Interface describes an interface of a pcapng section. Options are written for
// fields that are not zero only.
type Interface struct {
	LinkType    uint16 // zero: 1, Ethernet
	SnapLen     uint32
	Name        string
	Description string

	// Resolution is the if_tsresol value. Zero writes none, which means
	// microseconds, unless HasResolution is set.
	Resolution    uint8
	HasResolution bool
	Offset        int64 // if_tsoffset, seconds
	FCSLength     uint8 // if_fcslen
	Extra         []Option
}

// Packet is one packet of a file.
type Packet struct {
	// Time is written in the unit of the file, rounded towards the past.
	Time flow.Timestamp
	// Data is what was captured.
	Data []byte
	// Length is the original length; 0 stands for len(Data).
	Length uint32

	// Of pcapng.
	Interface int
	Block     Block
	Options   []Option
	// Before holds octets to write in front of the packet's block, such as what
	// RawBlock gives.
	Before []byte
}

// Block is the kind of block that a packet is written as.
type Block uint8

// The kinds of packet blocks.
const (
	Enhanced Block = iota
	Obsolete       // packet block, type 2
	Simple         // simple packet block; Time and Interface are not written
)

// Option is a pcapng option.
type Option struct {
	Code  uint16
	Value []byte
}

func (o Options) order() Order {
	if o.Order == nil {
		return binary.LittleEndian
	}
	return o.Order
}

func (i Interface) resolution() uint8 {
	if i.Resolution == 0 && !i.HasResolution {
		return 6
	}
	return i.Resolution
}

func (p Packet) length() uint32 {
	if p.Length == 0 {
		return uint32(len(p.Data))
	}
	return p.Length
}

// TimeCount gives the count that stands for a time in a pcapng file with that
// if_tsresol and if_tsoffset, rounded down. It fails if no count does.
func TimeCount(t flow.Timestamp, tsresol uint8, offset int64) (uint64, bool) {
	base := big.NewInt(10)
	if tsresol&0x80 != 0 {
		base.SetInt64(2)
	}
	units := base.Exp(base, big.NewInt(int64(tsresol&0x7f)), nil)
	second := big.NewInt(1_000_000_000)
	count := new(big.Int).Mul(big.NewInt(offset), second)
	count.Sub(big.NewInt(int64(t)), count)
	count.Mul(count, units).Div(count, second) // Div rounds down for positive divisors
	return count.Uint64(), count.IsUint64()
}
