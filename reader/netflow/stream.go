package netflow

import (
	"fmt"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/option"
)

// Origin is where a message comes from, as far as the container tells: the zero
// Origin if it does not. A port without an exporter tells nothing.
type Origin struct {
	Exporter netip.Addr
	Port     uint16
}

// streamKey tells streams apart: an exporter's transport session, as far as it can
// be known, and a version, since no exporter shares definitions between versions.
type streamKey struct {
	origin  Origin
	version uint16
}

// withoutPort gives what the streams of one exporter and version have in common.
func (k streamKey) withoutPort() streamKey {
	k.origin.Port = 0
	return k
}

// stream is what is known of one stream. Forged datagrams can make one each, so that
// one that has defined nothing holds nothing.
type stream struct {
	key       streamKey
	templates map[templateKey]*template // in force
	recent    [recently]*template       // of them, by their ids: those that were asked for last
	options   *option.Store             // in force; nil as long as there are none

	// What the survey learned; not written after it, so that other decoders can read
	// it at the same time.
	learned          map[templateKey]*template // the first definition of each
	learnedOptions   *option.Store             // nil if there are none
	sourceFirst      uint64                    // version 8 records that agree with one order of masks only
	destinationFirst uint64
}

// taught says whether the survey has learned anything from the stream.
func (s *stream) taught() bool {
	return len(s.learned) > 0 || s.learnedOptions != nil || s.sourceFirst|s.destinationFirst != 0
}

// enter makes the stream of a key the one that is read.
func (d *Decoder) enter(key streamKey) *Error {
	s := d.streams[key]
	if s == nil {
		if len(d.streams) == MaxStreams {
			d.stream = nil
			return &Error{
				Reason: TooManyStreams, Version: key.version, Got: MaxStreams + 1, Want: fmt.Sprintf("at most %d streams in an input", MaxStreams),
			}
		}
		s = &stream{key: key}
		if taught := d.findings.streams[key]; taught != nil {
			*s = *taught
		}
		d.streams[key] = s
	}
	d.stream = s
	return nil
}

// MaxPointsPerInput bounds the observation points that one decoder numbers, so that
// an input full of forged domains leaves the others theirs: flow.Points has four
// times as many. A large network has some hundred exporters with up to some ten
// domains each.
const MaxPointsPerInput = 1 << 14

// pointKey is a flow.Point of an exporter.
type pointKey struct {
	exporter netip.Addr
	domain   uint32
}

// points are the numbers of the observation points that the decoder has met.
type points struct {
	numbers map[pointKey]uint32
	last    pointKey // whose number latest is, if there are numbers
	latest  uint32
}

// pointNumber gives the number of a point, as far as there are numbers.
func (d *Decoder) pointNumber(key pointKey) (number uint32, ok bool) {
	p := &d.points
	if len(p.numbers) > 0 && key == p.last {
		return p.latest, true
	}
	if number, ok = p.numbers[key]; !ok {
		if len(p.numbers) == MaxPointsPerInput {
			return 0, false
		}
		var err error
		shown := key.exporter
		if d.options.Exporter != nil {
			shown = d.options.Exporter(shown)
		}
		number, err = d.options.Points.Number(flow.Point{Exported: true, Exporter: shown, Domain: key.domain})
		if err != nil {
			return 0, false
		}
		if p.numbers == nil {
			p.numbers = map[pointKey]uint32{}
		}
		p.numbers[key] = number
	}
	p.last, p.latest = key, number
	return number, true
}

// noPoint refuses a message whose observation point gets no number.
func (d *Decoder) noPoint() *Error {
	most, of := MaxPointsPerInput, "an input"
	if len(d.points.numbers) < most {
		most, of = flow.MaxPoints, "all inputs"
	}
	return &Error{
		Reason: TooManyStreams, Version: d.header.version, Got: uint64(most) + 1,
		Want: fmt.Sprintf("at most %d observation points in %s", most, of),
	}
}
