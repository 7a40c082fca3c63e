package reader

import (
	"bytes"
	"errors"
	"io"

	"netstream/reader/capture"
	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/netflow"
	"netstream/reader/nfcapd"
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
	prefix := opened.Peek(input.MaxPeek)
	kind := datagram.LooksLikeExports(prefix, netflow.Length)
	switch {
	case kind == datagram.Capture && captures == CapturesAsExports && hasHeader(prefix):
		return datagram.CaptureOfExports
	case kind == datagram.CaptureOfExports && captures == CapturesAsPackets:
		return datagram.Capture
	}
	return kind
}

// hasHeader says whether a capture has its file header. One that ends in it holds
// nothing, whatever it is read as.
func hasHeader(prefix []byte) bool {
	_, err := capture.NewReaderSize(bytes.NewReader(prefix), 0)
	return err == nil
}

// HoldsExports says whether inputs of a kind are read by [Exports].
func HoldsExports(kind datagram.Kind) bool {
	return kind == datagram.CaptureOfExports || kind == datagram.RawExports || kind == datagram.Nfcapd
}

// FormatError says that an input holds neither packets nor exports.
type FormatError struct{ capture *capture.FormatError }

// Error names the octets found, the format they belong to if it is a known one, and
// what is accepted.
func (e *FormatError) Error() string {
	return "cannot read as capture or exports: " + e.capture.Start() +
		"; accepted are pcap, pcapng, messages of NetFlow 1, 5 to 9 and IPFIX, and nfcapd files"
}

// Unwrap gives the error of the capture reader.
func (e *FormatError) Unwrap() error { return e.capture }

// OfEither gives the error of a capture reader the words of an input that could have
// held exports as well: a *capture.FormatError is a *FormatError, others stay.
func OfEither(err error) error {
	if foreign, ok := err.(*capture.FormatError); ok {
		return &FormatError{foreign}
	}
	return err
}

// IsForeign says whether an error of opening an input means that it is of no format
// that can be read.
func IsForeign(err error) bool {
	var foreign *capture.FormatError
	var other *nfcapd.FormatError
	return errors.As(err, &foreign) || errors.As(err, &other)
}

// Probe says why an open input cannot be read, nil if it can as far as its first
// octets tell. The input must not have been read from, and is of no use afterwards.
func Probe(opened *input.Input) error {
	switch Recognize(opened, CapturesByContent) {
	case datagram.RawExports:
		return nil
	case datagram.Nfcapd:
		_, err := nfcapd.NewReader(opened, nfcapd.Options{})
		return err
	}
	_, err := capture.NewReader(opened)
	return err
}

// Either is an input that was opened and recognised: exactly one member is set.
type Either struct {
	Packets *Packets // a capture of traffic
	Exports *Exports // flow records of exporters, in whatever container
}

// How much of a capture is read at a time that is only looked at.
const (
	glancePackets = 16
	glanceOctets  = 32 << 10
)

// OpenEither opens an input of packets to be metered, or of flow records that
// exporters have metered. Exports are surveyed at once. An input that is neither is
// a *FormatError or an *nfcapd.FormatError (see IsForeign); an empty one is taken for a capture, whose account says
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
	if options.Glance {
		opened.WithoutDigests()
		opened.WithoutReadAhead()
		options.Room, options.BufferSize = glancePackets, glanceOctets
	}
	packets, err := openPackets(source.Name, opened, options)
	return Either{Packets: packets}, OfEither(err)
}
