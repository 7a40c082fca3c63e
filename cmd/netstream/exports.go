package main

import (
	"io"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
)

// lend lets exporter inputs use what the surveys of others have learned, where
// they do not define a template or option themselves: that of the nearest input
// before, else of the nearest behind.
func (obs *observations) lend(share bool) error {
	var exports []*reader.Exports
	for _, in := range obs.all {
		if in.exports != nil {
			exports = append(exports, in.exports)
		}
	}
	if err := reader.Lend(exports, share); err != nil {
		return inputFailure(err)
	}
	return nil
}

// recordInputs gives the exporter inputs as the engine wants them.
func (obs *observations) recordInputs() []engine.RecordInput {
	var inputs []engine.RecordInput
	for _, in := range obs.all {
		if in.exports == nil {
			continue
		}
		inputs = append(inputs, engine.RecordInput{Open: func() (engine.RecordSource, error) {
			exports := in.exports
			in.exports = nil // the engine's from now on
			if err := exports.Begin(); err != nil {
				_ = exports.Close() // the failure is what matters
				return nil, inputFailure(err)
			}
			return &accountedExports{in: in, exports: exports, progress: obs.progress}, nil
		}})
	}
	return inputs
}

// accountedExports reads an exporter input and keeps its account when it ends.
type accountedExports struct {
	in       *observation
	exports  *reader.Exports
	progress *progress
}

func (a *accountedExports) ReadRecords(b *flow.Batch) error {
	err := a.exports.ReadRecords(b)
	a.progress.addPackets(len(b.Records))
	if err == io.EOF {
		a.in.account = a.exports.Account()
	} else if err != nil {
		return inputFailure(err)
	}
	return err
}

// Close gives the input's buffers back, too.
func (a *accountedExports) Close() error {
	exports := a.exports
	a.exports = nil
	return exports.Close()
}
