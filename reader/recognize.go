package reader

import (
	"io"

	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/netflow"
)

// CaptureContent says what captures are read as.
type CaptureContent uint8

// What captures are read as.
const (
	// CapturesByContent: as containers of export messages if their first packets
	// are such messages for the most part (datagram.LooksLikeExports), else as traffic.
	CapturesByContent CaptureContent = iota
	CapturesAsPackets                // always as traffic to be metered
	CapturesAsExports                // always as containers of export messages
)

// Recognize finds out by its content what an open input holds. It must not have
// been read from.
func Recognize(opened *input.Input, captures CaptureContent) datagram.Kind {
	kind := datagram.LooksLikeExports(opened.Peek(input.MaxPeek), netflow.Length)
	switch {
	case kind == datagram.Capture && captures == CapturesAsExports:
		return datagram.CaptureOfExports
	case kind == datagram.CaptureOfExports && captures == CapturesAsPackets:
		return datagram.Capture
	}
	return kind
}

// HoldsExports says whether inputs of a kind are read by [Exports].
func HoldsExports(kind datagram.Kind) bool {
	return kind == datagram.CaptureOfExports || kind == datagram.RawExports || kind == datagram.Nfcapd
}

// Either is an input that was opened and recognised: exactly one member is set.
type Either struct {
	Packets *Packets // a capture of traffic
	Exports *Exports // flow records of exporters, in whatever container
}

// OpenEither opens an input of packets to be metered, or of flow records that
// exporters have metered. Exports are surveyed at once. An input that is neither is
// a *capture.FormatError; an empty one is taken for a capture, whose account says
// that it is empty. Errors of the file system and of limits are *input.Error.
func OpenEither(source input.Source, stdin io.Reader, options Options) (Either, error) {
	opened, err := input.Open(source, stdin, options.Input)
	if err != nil {
		return Either{}, err
	}
	if kind := Recognize(opened, options.Exports.Captures); HoldsExports(kind) {
		exports, err := OpenExports(source, opened, kind, options)
		return Either{Exports: exports}, err
	}
	packets, err := openPackets(source.Name, opened, options)
	return Either{Packets: packets}, err
}
