package input

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"netstream/reader/damage"
)

// codec decompresses the members of one format that follow each other in a
// source. Read returns io.EOF where no further member begins.
type codec interface {
	io.Reader
	progress() *progress
}

// progress is what a codec tells beside the octets.
type progress struct {
	members  int64 // members, frames or streams begun
	overread int64 // octets behind the last member that the codec took from its source
}

// passage counts what goes from one layer to the next and keeps the error that
// ended it, because codecs replace errors of their source by their own.
type passage struct {
	r       io.Reader
	n       int64
	err     error
	reading bool
}

func (p *passage) Read(b []byte) (int, error) {
	p.reading = true
	n, err := p.r.Read(b)
	p.reading = false
	p.n += int64(n)
	if err != nil {
		p.err = err
	}
	return n, err
}

// layer is one compressed stream. After its end it stays there: Read gives the
// same error again and again.
type layer struct {
	name   string // the input's, for messages
	format Format
	limits limits

	below *passage      // what the layer is fed with
	src   *bufio.Reader // over below; the codec's source
	codec codec

	out       int64
	end       error
	trailing  int64
	undecoded int64
	damage    []*damage.Error // found beside end
}

// limits are the bounds of a layer, in octets, and whether it is to take little memory.
type limits struct {
	window   int64
	expanded int64
	ratio    int64
	frugal   bool // many are open at a time
}

// Read gives decompressed octets. It ends with io.EOF, also when octets that
// are no member follow the last one; with a *damage.Error of this layer or of
// one below, whose Offset is still to be set; or with an *Error.
func (l *layer) Read(p []byte) (int, error) {
	if l.end != nil || len(p) == 0 {
		return 0, l.end
	}
	n, err := l.decode(p)
	if room := l.limits.expanded - l.out; int64(n) > room {
		n, err = int(room), l.limit("expands to more than %d octets", l.limits.expanded)
	}
	l.out += int64(n)
	if most := l.limits.ratio; err == nil && most > 0 && l.out/most > l.below.n {
		err = l.limit("expands to more than %d times its size", most)
	}
	if err == nil {
		return n, nil
	}
	l.finish(err)
	if n > 0 {
		return n, nil
	}
	return 0, l.end
}

// decode reads from the codec. The libraries that decompress have panicked on crafted
// streams (GO-2026-6865 of the Go vulnerability database): such a stream is damaged. A
// panic of what feeds the codec is none of theirs, and goes on.
func (l *layer) decode(p []byte) (n int, err error) {
	defer func() {
		if l.below.reading {
			return
		}
		if cause := recover(); cause != nil {
			n, err = 0, fmt.Errorf("%s: %v", gaveUp, cause)
		}
	}()
	return l.codec.Read(p)
}

// gaveUp begins the message of a decompressor that panicked.
const gaveUp = "the decompressor gave up"

func (l *layer) limit(format string, args ...any) error {
	return &Error{Class: LimitReached, Op: "decompress", Name: l.name,
		Err:  fmt.Errorf("%s stream %s", l.format, fmt.Sprintf(format, args...)),
		Hint: "if the file is to be trusted, decompress it first and read the result from a file or pipe"}
}

// finish decides what the codec's last error means and reads the rest of what
// is below, which completes its digests and counts.
func (l *layer) finish(cause error) {
	var refused *Error
	switch below := l.below.err; {
	case errors.As(cause, &refused):
		refused.Name = l.name
		l.end = refused
		return // the rest is of no interest: nothing of this input will be used
	case below != nil && below != io.EOF:
		l.end = below
	case cause == io.EOF:
		l.end = io.EOF
	default:
		l.end = l.diagnose(cause)
	}
	overread := l.codec.progress().overread
	position := l.below.n - int64(l.src.Buffered()) - overread
	if _, err := io.Copy(io.Discard, l.src); err != nil && l.end != err {
		l.drained(err)
	}
	if l.end == io.EOF {
		l.trailing = l.below.n - position
	} else {
		l.undecoded = l.below.n - position
	}
	if l.trailing > 0 {
		l.damage = append(l.damage, &damage.Error{Kind: damage.TrailingBytes, Length: l.trailing,
			Detail: fmt.Sprintf("%d octets at octet %d of the %s stream, behind its last member; want none", l.trailing, position, l.format)})
	}
}

// drained takes note of an error below that came up behind the end of this layer.
func (l *layer) drained(err error) {
	var damaged *damage.Error
	if l.end != io.EOF && errors.As(err, &damaged) {
		l.damage = append(l.damage, damaged)
		return
	}
	l.end = err
}

// diagnose tells a stream that ends too early from one that is wrong.
func (l *layer) diagnose(cause error) *damage.Error {
	position := l.below.n - int64(l.src.Buffered())
	kind := damage.BadStream
	if _, err := l.src.Peek(1); err == io.EOF && errors.Is(cause, io.ErrUnexpectedEOF) {
		kind = damage.Truncated
	}
	return &damage.Error{Kind: kind, Fatal: true,
		Detail: fmt.Sprintf("%s member %d near octet %d of the stream: %v", l.format, l.codec.progress().members, position, cause)}
}

func (l *layer) account() Layer {
	return Layer{
		Format:    l.format,
		Members:   l.codec.progress().members,
		In:        l.below.n,
		Decoded:   l.below.n - l.trailing - l.undecoded,
		Trailing:  l.trailing,
		Undecoded: l.undecoded,
		Out:       l.out,
	}
}

// newLayer puts a codec on src, which reads from below.
func newLayer(name string, format Format, below *passage, src *bufio.Reader, bounds limits) *layer {
	l := &layer{name: name, format: format, limits: bounds, below: below, src: src}
	switch format {
	case Gzip:
		l.codec = newGzip(src, bounds.frugal)
	case Zstd:
		l.codec = newZstd(src, bounds.window)
	case LZ4:
		l.codec = newLZ4(src)
	case XZ:
		l.codec = newXZ(src, bounds.window)
	case Bzip2:
		l.codec = newBzip2(src)
	}
	return l
}
