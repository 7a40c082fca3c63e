package capture

import "netstream/reader/damage"

// Octets says where the octets of an input went. Each octet is in exactly one
// counter.
type Octets struct {
	Header   int64 // pcap file header, pcapng section headers and interface descriptions
	Packets  int64 // records and blocks of delivered frames, headers, padding and options included
	Known    int64 // blocks of a known type that hold no frame: names, statistics, secrets, journal
	Unknown  int64 // custom blocks and blocks of unknown type
	Damaged  int64 // what was given up
	Trailing int64 // zeros behind the last record
}

// Sum is the number of octets consumed.
func (o Octets) Sum() int64 {
	return o.Header + o.Packets + o.Known + o.Unknown + o.Damaged + o.Trailing
}

// BlockCounts counts the blocks of a pcapng file by type, those with damaged
// content included.
type BlockCounts struct {
	Section        uint64 // section header, 0x0a0d0d0a
	Interface      uint64 // interface description, 1
	Packet         uint64 // packet, 2 (obsolete)
	SimplePacket   uint64 // simple packet, 3
	NameResolution uint64 // name resolution, 4
	Statistics     uint64 // interface statistics, 5
	EnhancedPacket uint64 // enhanced packet, 6
	Journal        uint64 // systemd journal export, 9
	Secrets        uint64 // decryption secrets, 10
	Custom         uint64 // custom, 0x00000bad and 0x40000bad
	Unknown        uint64 // all others
}

// TypeCount is the number of blocks of one unknown type.
type TypeCount struct {
	Type  uint32
	Count uint64
}

// Tally is the account of an input so far. It is complete once Next has returned
// io.EOF.
type Tally struct {
	Octets Octets

	// Packets counts the numbered packets: those delivered and LostPackets.
	Packets uint64

	// LostPackets counts the pcapng packet blocks that have a number but were not
	// delivered: too short, captured length beyond the block, or of an interface
	// that is not described. Each is a damaged place.
	LostPackets uint64

	CapturedOctets uint64 // sum of the captured lengths of the delivered frames
	WireOctets     uint64 // sum of Frame.Length of the delivered frames

	ShortOriginals   uint64 // frames whose original length was less than the captured one
	CarriedFractions uint64 // pcap frames with a fraction of a second or more in the fraction field
	WithoutTime      uint64 // simple packet blocks: they hold no time stamp
	InvalidTimes     uint64 // frames delivered with TimeValid false

	Sections     uint64      // sections of a pcapng file
	Blocks       BlockCounts // all zero for pcap
	UnknownTypes []TypeCount // the first MaxBlockTypes unknown types, in order of appearance

	Damages    [damage.EmptyInput + 1]uint64 // damaged places by damage.Kind
	Unreported uint64                        // those of them beyond MaxReports
}

// DamageCount is the number of all damaged places that Next has met, those that
// it reported and the Unreported ones.
func (t *Tally) DamageCount() uint64 {
	var places uint64
	for _, n := range t.Damages {
		places += n
	}
	return places
}

// countUnknown counts a block of an unknown type.
func (t *Tally) countUnknown(blockType uint32) {
	t.Blocks.Unknown++
	for i := range t.UnknownTypes {
		if t.UnknownTypes[i].Type == blockType {
			t.UnknownTypes[i].Count++
			return
		}
	}
	if len(t.UnknownTypes) < MaxBlockTypes {
		t.UnknownTypes = append(t.UnknownTypes, TypeCount{blockType, 1})
	}
}
