package input

import "netstream/reader/damage"

// Account is what was read of an input.
type Account struct {
	Name   string
	Layers []Layer // from the stored file inwards; empty if it is not compressed

	Stored   int64 // octets of the file that were read; its size if Complete
	Expanded int64 // octets delivered

	// Complete says that the file was read to its end. Digests are there only
	// then, and only if they were asked for.
	Complete      bool
	StoredDigest  *Digest // of the file as it is stored
	ContentDigest *Digest // of what was delivered

	// Opened and Closed are what the file system said when reading began and
	// ended; both are zero for streams. Closed is that of the open file.
	Opened, Closed Stat

	// Damage lists what was wrong, in the order of its discovery: the error that
	// ended the reading, trailing octets, a file that changed under way.
	// Lengths in it are octets of the compressed stream it speaks of.
	Damage []*damage.Error
}

// Layer is the account of one compressed stream, in octets.
//
// In = Decoded + Trailing + Undecoded. In of the outermost layer is the
// Account's Stored, Out of a layer is In of the one inside it, and Out of the
// innermost is Expanded. A stream that was refused or not read to its end
// breaks off before these hold.
type Layer struct {
	Format    Format
	Members   int64 // members, frames (skippable ones too) or streams that were begun
	In        int64
	Decoded   int64 // taken by the decoder, headers and padding of the format included
	Trailing  int64 // behind the last member and no member themselves
	Undecoded int64 // behind the place where decoding failed
	Out       int64
}
