package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash"
	"io"

	"netstream/reader/damage"
)

// Limits that Options may move.
const (
	// DefaultMaxExpanded is 1 TiB: an hour of a saturated 2 Gbit/s link.
	DefaultMaxExpanded = 1 << 40

	// DefaultMaxWindow is 128 MiB, what the zstd program takes without --long
	// (windowLog 27), and twice the dictionary of xz -9.
	DefaultMaxWindow = 128 << 20
)

// MaxLayers is how deep compressed streams may lie in each other.
const MaxLayers = 2

// How many octets a caller must ask for to get them without a buffer between, from the
// file and from a decompressor. Smaller reads would each be a system call, and a passage
// through the layers.
const (
	directRead   = 64 << 10
	directDecode = 4 << 10
)

const (
	// frugalRead is the most octets that a frugal input reads at a time, and frugalBuffer
	// the size of its buffer for smaller reads.
	frugalRead   = 64 << 10
	frugalBuffer = 4 << 10
)

// layerBuffer is the size in octets of the buffer between two layers.
const layerBuffer = 256 << 10

// MaxPeek is the most octets that Peek gives: the least buffer.
const MaxPeek = layerBuffer

// Options say how an input is read.
type Options struct {
	// MaxExpanded is the most octets that each layer may decompress to, 0 for
	// DefaultMaxExpanded. What lies within the limit is delivered.
	MaxExpanded int64

	// MaxRatio is how many octets a layer may give for each octet that it read,
	// 0 for any number: a capture of zeros is legal.
	MaxRatio int64

	// MaxWindow is the largest zstd window or xz dictionary in octets, which is
	// what decompressing it takes of memory, 0 for DefaultMaxWindow.
	MaxWindow int64

	// ReadAhead reads and decompresses in a goroutine of its own, and hashes in another, up
	// to four pieces of 256 KiB ahead of the caller. What is not compressed is read ahead
	// for callers of Lend only, and from its second piece on: there may be thousands of
	// small files.
	ReadAhead bool

	// Frugal has files read at most 64 KiB at a time, and what is not compressed with a
	// buffer of 4 KiB instead of 256 KiB: many inputs are open at the same time.
	Frugal bool

	// Expect, if it is set, is what a file was when it was opened before: Opened
	// of that Input. A file that is no longer the same is read as it is, and is an
	// InputChanged in the Account. It means nothing for streams.
	Expect *Stat

	// OnRead, if it is set, is told of every piece of the stored file as it is
	// read: its length in octets. With ReadAhead it is called in that goroutine.
	OnRead func(octets int)

	// Digest is how digests are made. NoDigests leaves them out.
	Digest    Algorithm
	NoDigests bool
}

// Input is an open input: an io.Reader of decompressed octets. It is for one
// goroutine.
type Input struct {
	stored  *stored
	below   *passage // what the innermost layer, or the stored file, gives
	top     *bufio.Reader
	layers  []*layer  // from the stored file inwards
	content hash.Hash // of what is delivered; nil without digests
	digest  Algorithm

	delivered int64 // read from top
	end       error
	damage    []*damage.Error
	readAhead bool // to be done from the first Read on, or the second Lend
	ahead     *readAhead
	lent      bool // Lend was called
	closed    bool
	account   Account
}

// Open opens a source and finds out how it is compressed; stdin is where
// standard input is read. It reads no more than it needs for that. It fails
// with an *Error: Unreadable if the system does not give the file; Refused for
// more than MaxLayers layers, dictionaries, windows above MaxWindow, and xz
// filters other than LZMA2.
func Open(source Source, stdin io.Reader, options Options) (*Input, error) {
	s, err := openStored(source, stdin)
	if err != nil {
		return nil, err
	}
	s.onRead = options.OnRead
	if options.Frugal {
		s.most = frugalRead
	}
	s.expect(options.Expect)
	in := &Input{stored: s, below: &passage{r: s}, readAhead: options.ReadAhead, digest: options.Digest}
	if !options.NoDigests {
		in.content = options.Digest.new()
	}
	in.top = bufio.NewReaderSize(in.below, s.bufferSize())
	if err := in.peel(boundsOf(options)); err != nil {
		_, _, _ = s.close() // the refusal is what matters
		return nil, err
	}
	if options.Frugal && len(in.layers) == 0 {
		in.saveBuffer()
	}
	return in, nil
}

// saveBuffer replaces the buffer that the format was told by with a smaller one.
func (in *Input) saveBuffer() {
	read, _ := in.top.Peek(in.top.Buffered()) // there are as many
	in.below = &passage{r: io.MultiReader(bytes.NewReader(bytes.Clone(read)), in.below)}
	in.top = bufio.NewReaderSize(in.below, frugalBuffer)
}

// Peek gives the first octets of what Read is going to give, n of them or as many
// as there are before the end or a fault; n is at most MaxPeek. It must not be
// called after the first Read. The octets are valid until then.
func (in *Input) Peek(n int) []byte {
	prefix, _ := in.top.Peek(n) // what cuts it short comes back with Read
	return prefix
}

// WithoutDigests leaves the digests out, as Options.NoDigests does. It must not be
// called after the first Read.
func (in *Input) WithoutDigests() {
	in.content, in.stored.digest = nil, nil
}

// WithoutReadAhead leaves Options.ReadAhead out. It must not be called after the first
// Read.
func (in *Input) WithoutReadAhead() { in.readAhead = false }

func boundsOf(options Options) limits {
	bounds := limits{window: options.MaxWindow, expanded: options.MaxExpanded, ratio: options.MaxRatio, frugal: options.Frugal}
	if bounds.window <= 0 {
		bounds.window = DefaultMaxWindow
	}
	if bounds.expanded <= 0 {
		bounds.expanded = DefaultMaxExpanded
	}
	return bounds
}

// peel puts a layer on for each compressed stream that is found in the last.
func (in *Input) peel(bounds limits) error {
	for {
		format := sniff(in.top)
		// An error that came before any octet is an error of Open.
		var refused *Error
		if _, err := in.top.Peek(1); errors.As(err, &refused) {
			return err
		}
		if format == Plain {
			return nil
		}
		if len(in.layers) == MaxLayers {
			return &Error{Class: Refused, Op: "decompress", Name: in.stored.source.Name,
				Err:  fmt.Errorf("%s in %s in %s: compressed more than %d times", format, in.layers[1].format, in.layers[0].format, MaxLayers),
				Hint: "decompress it first and read the result from a file or pipe"}
		}
		if len(in.layers) == 0 && in.content != nil {
			in.stored.hash(in.top, in.digest)
		}
		l := newLayer(in.stored.source.Name, format, in.below, in.top, bounds)
		in.layers = append(in.layers, l)
		in.below = &passage{r: l}
		in.top = bufio.NewReaderSize(in.below, layerBuffer)
	}
}

// Read gives the next octets. At the end it gives
//
//   - io.EOF if everything was decompressed; octets behind the last member do
//     not change that, they are in Account().Damage and in its Layers;
//   - a *damage.Error with Fatal set if a compressed stream is cut (Truncated)
//     or wrong (BadStream). Its Offset is the number of octets delivered;
//   - an *Error if the system failed to give the file (Unreadable), if a limit
//     was met (LimitReached), or if a later member is Refused.
//
// The end stays: further calls give the same error.
func (in *Input) Read(p []byte) (int, error) {
	if in.closed {
		return 0, unreadable("read", in.stored.source.Name, errors.New("it is closed"))
	}
	if in.readAhead && in.ahead == nil && len(in.layers) > 0 {
		in.ahead = in.startReadAhead()
	}
	if in.ahead != nil {
		return in.ahead.Read(p)
	}
	n, err := in.read(p)
	if in.content != nil {
		in.content.Write(p[:n]) // never fails, says hash.Hash
	}
	return n, err
}

// Lends gives how many octets there always are in front of what Lend gives, 0 if it must
// not be called.
func (in *Input) Lends() (room int) {
	if in.readAhead {
		return headroom
	}
	return 0
}

// Lend is Read into a buffer of the input's own: space[start:] are the next octets, at
// least one of them if there is no error. They must not be changed and are valid until
// the call after the next one; space[:start] is the caller's until then.
func (in *Input) Lend() (space []byte, start int, err error) {
	if in.closed {
		return nil, 0, unreadable("read", in.stored.source.Name, errors.New("it is closed"))
	}
	if in.ahead != nil {
		return in.ahead.lend() // whose goroutine has the rest of the input
	}
	if ended := in.stored.allRead(); len(in.layers) == 0 && (!in.lent || ended) {
		size := pieceOctets
		if ended { // and is in top, or taken
			size = max(in.top.Buffered(), 1)
		}
		in.lent = true
		p := newPiece(size)
		p.fill(in.Read, false, func() bool { return false })
		return p.space[:headroom+p.n], headroom, p.err
	}
	in.ahead = in.startReadAhead()
	return in.ahead.lend()
}

// startReadAhead begins to read ahead. Pieces of what is decompressed are filled; those of
// a file are full at once, and a pipe has them as they come.
func (in *Input) startReadAhead() *readAhead {
	return startReadAhead(in.read, len(in.layers) > 0, in.content)
}

// read is Read without read-ahead and digest.
func (in *Input) read(p []byte) (int, error) {
	if in.end != nil || len(p) == 0 {
		return 0, in.end
	}
	direct := directRead
	if len(in.layers) > 0 {
		direct = directDecode
	}
	var source io.Reader = in.top
	if in.top.Buffered() == 0 && len(p) >= direct {
		source = in.below // which saves a copy
	}
	n, err := source.Read(p)
	in.delivered += int64(n)
	if err == nil {
		return n, nil
	}
	in.finish(err)
	if n > 0 {
		return n, nil
	}
	return 0, in.end
}

// finish completes the list of what was wrong.
func (in *Input) finish(err error) {
	in.end = err
	var fatal *damage.Error
	if errors.As(err, &fatal) {
		in.note(fatal)
	}
	for _, l := range in.layers {
		for _, d := range l.damage {
			in.note(d)
		}
	}
}

func (in *Input) note(d *damage.Error) {
	d.Offset = in.delivered
	in.damage = append(in.damage, d)
}

// Formats gives the compression formats from the stored file inwards, none if
// it is not compressed.
func (in *Input) Formats() []Format {
	formats := make([]Format, len(in.layers))
	for i, l := range in.layers {
		formats[i] = l.format
	}
	return formats
}

// Opened gives what the file system said when the file was opened, zero for
// streams.
func (in *Input) Opened() Stat { return in.stored.opened }

// Close ends the reading, closes the file and completes the account. A file
// that is no longer what it was when it was opened, or not what was expected
// then, is not an error of Close but an InputChanged in the Account. With
// ReadAhead it waits for a read under way.
func (in *Input) Close() error {
	if in.closed {
		return nil
	}
	if in.ahead != nil {
		in.ahead.stop()
	}
	in.closed = true
	closed, change, err := in.stored.close()
	if change != "" {
		in.note(&damage.Error{Kind: damage.InputChanged, Detail: change})
	}
	in.account = in.settle(closed)
	return err
}

// settle makes the account.
func (in *Input) settle(closed Stat) Account {
	a := Account{
		Name:     in.stored.source.Name,
		Stored:   in.stored.n,
		Expanded: in.delivered,
		Complete: in.stored.end == io.EOF && in.end != nil,
		Opened:   in.stored.opened,
		Closed:   closed,
		Damage:   in.damage,
	}
	for _, l := range in.layers {
		a.Layers = append(a.Layers, l.account())
	}
	if !a.Complete || in.content == nil {
		return a
	}
	a.ContentDigest = in.digest.digest(in.content)
	a.StoredDigest = a.ContentDigest
	if len(in.layers) > 0 {
		a.StoredDigest = in.digest.digest(in.stored.digest)
	}
	return a
}

// Account gives what was read. It is complete after Close.
func (in *Input) Account() Account { return in.account }
