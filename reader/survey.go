package reader

import (
	"errors"
	"fmt"
	"io"

	"netstream/reader/damage"
	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/netflow"
)

// OpenExports surveys an open input of a kind that HoldsExports, and closes it.
func OpenExports(source input.Source, opened *input.Input, kind datagram.Kind, options Options) (*Exports, error) {
	e := newExports(source, kind, options)
	if err := e.open(opened); err != nil {
		if e.spool != nil {
			_ = e.spool.Close() // the failure is what matters
		}
		return nil, err
	}
	return e, nil
}

func newExports(source input.Source, kind datagram.Kind, options Options) *Exports {
	return &Exports{
		options: options, source: source, kind: kind,
		streams: make(map[streamKey]*stream), points: make(map[uint32]uint64),
		account: &Account{Name: source.Name, HasFrame: true, Exports: &ExportAccount{
			Messages: make(map[string]*MessageTally), Remarks: make(map[string]uint64),
		}},
	}
}

func (e *Exports) open(opened *input.Input) error {
	var octets io.Reader = opened
	// What is kept, or to be decompressed, is read twice: it may turn out to be damaged.
	e.whole = e.whole || e.source.Stream || len(opened.Formats()) > 0
	if e.source.Stream {
		if err := e.keep(opened); err != nil {
			return err
		}
		octets = e.again()
	} else {
		opened.WithoutDigests() // the second reading has them
		e.opened = opened.Opened()
	}
	err := e.survey(octets)
	e.forgetReading() // there may be thousands of inputs
	if closing := opened.Close(); err == nil && closing != nil {
		err = fmt.Errorf("cannot close %s: %w", e.source.Name, closing)
	}
	return err
}

// survey reads the input for the first time, to its end unless it endsEarly.
func (e *Exports) survey(octets io.Reader) error {
	e.decoder = netflow.NewDecoder(netflow.Options{
		Points: e.options.Points, Names: e.options.Exports.Names,
		Elements: e.options.Exports.Elements, MaskOrder: e.options.Exports.MaskOrder, Exporter: e.options.Anonymize.Addr,
	})
	if err := e.begin(octets); err != nil {
		return err
	}
	if e.nfcapd != nil {
		var err error
		if e.known, err = e.nfcapd.Survey(); err != nil {
			return fmt.Errorf("cannot read %s: %w", e.source.Name, err)
		}
		e.start = Start{Any: e.known.Any, Time: e.known.First, Earliest: e.known.Earliest}
		return nil
	}
	for {
		err := e.messages.Next(&e.message)
		if err == io.EOF {
			break
		}
		if err == nil {
			if !e.start.Any {
				e.startWith(e.message.Data)
			}
			e.decoder.Survey(originOf(&e.message), e.message.Data)
			if e.endsEarly(e.message.Data) {
				break
			}
			continue
		}
		var found *damage.Error
		if !errors.As(err, &found) { // the second reading reports damage
			return fmt.Errorf("cannot read %s: %w", e.source.Name, err)
		}
	}
	e.decoder.Rewind()
	return nil
}

// startWith notes when the first message with a header was exported.
func (e *Exports) startWith(message []byte) {
	if at, ok := netflow.ExportTime(message); ok {
		e.start = Start{Any: true, Time: at, Earliest: at}
	}
}

func originOf(m *datagram.Message) netflow.Origin {
	return netflow.Origin{Exporter: m.Exporter, Port: m.Port}
}
