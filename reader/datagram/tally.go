package datagram

import "netstream/reader/damage"

// Octets says where the octets of a raw input went. Each octet is in exactly one
// counter.
type Octets struct {
	Messages int64 // messages that were delivered
	Damaged  int64 // what was given up
	Trailing int64 // zeros behind the last message
}

// Sum is the number of octets consumed: the length of the input once Next has
// returned io.EOF.
func (o Octets) Sum() int64 { return o.Messages + o.Damaged + o.Trailing }

// RawTally is the account of a raw input so far.
type RawTally struct {
	Octets     Octets
	Messages   uint64
	Damages    [damage.EmptyInput + 1]uint64 // damaged places by damage.Kind
	Unreported uint64                        // those of them beyond MaxReports
}

// DamageCount is the number of all damaged places, those that Next reported and
// the Unreported ones.
func (t *RawTally) DamageCount() uint64 {
	var places uint64
	for _, n := range t.Damages {
		places += n
	}
	return places
}

// PacketTally is the account of a capture so far, besides the outcomes of its
// frames.
type PacketTally struct {
	Messages      uint64 // delivered
	MessageOctets uint64

	Padded    uint64 // UDP datagrams with zero octets behind the message
	Malformed uint64 // UDP datagrams that were delivered though their length is not that of a message

	BadChecksums uint64 // UDP datagrams that were delivered though their checksum is wrong

	FragmentedDatagrams uint64 // IP datagrams put together from fragments
	IncompleteDatagrams uint64 // given up because fragments were missing
	SpoiledDatagrams    uint64 // given up because fragments were cut, or contradicted each other

	Connections         uint64 // TCP connections and SCTP associations that carried messages, each direction for itself
	EvictedConnections  uint64 // of them, those forgotten because there were more than MaxConnections
	RetransmittedOctets uint64 // of TCP segments and SCTP chunks of them that had come before
	Holes               uint64 // places where octets of them are missing in the capture
	LostOctets          uint64 // octets of them that were captured but belong to no message that is there in whole
}
