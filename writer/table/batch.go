package table

import "netstream/aggregate/flow"

// batch says how the cells of a column are taken of many rows at a time: in a loop that
// has the rows' members before it, where the declaration has a function to be called for
// each. It never says anything else than the declaration.
type batch[R any] struct {
	ints    func(dst []int64, rows []R)
	symbols func(dst []Symbol, rows []R)
	nulls   *Nulls[R]
}

// withBatches gives columns their batches, by their names. It must come before what puts
// other columns in their place or changes what they say.
func withBatches[R any](columns []Column[R], all ...map[string]batch[R]) []Column[R] {
	for i := range columns {
		c := &columns[i]
		for _, batches := range all {
			if b, ok := batches[c.Name]; ok {
				c.Ints, c.Symbols, c.Nulls = b.ints, b.symbols, b.nulls
			}
		}
	}
	return columns
}

// keyBatches are those of the columns of the flow key.
func keyBatches[R any](points *observedPoints, key func(*R) *flow.Key) map[string]batch[R] {
	// lacks marks the rows whose key has not the shape.
	lacks := func(mask, want flow.Shape) *Nulls[R] {
		return &Nulls[R]{func(null []bool, rows []R) {
			for i := range rows {
				null[i] = key(&rows[i]).Shape&mask != want
			}
		}}
	}
	// at marks the rows whose observation point is the nameless one or lacks something.
	at := func(lacks func(*observed) bool) *Nulls[R] {
		return &Nulls[R]{func(null []bool, rows []R) {
			for i := range rows {
				n := key(&rows[i]).Point
				null[i] = n == 0 || lacks(points.at(n))
			}
		}}
	}
	return map[string]batch[R]{
		"interface": {
			nulls: at(func(p *observed) bool { return p.Interface == "" }),
			symbols: func(dst []Symbol, rows []R) {
				for i := range rows {
					dst[i] = Symbol{Low: uint64(key(&rows[i]).Point)}
				}
			},
		},
		"exporter_ip":        {nulls: at(func(p *observed) bool { return !p.Exporter.IsValid() })},
		"observation_domain": {nulls: at(func(p *observed) bool { return !p.Exported })},
		"ip_version": {
			nulls: &Nulls[R]{func(null []bool, rows []R) {
				for i := range rows {
					null[i] = key(&rows[i]).Version == 0
				}
			}},
			ints: func(dst []int64, rows []R) {
				for i := range rows {
					dst[i] = int64(key(&rows[i]).Version)
				}
			},
		},
		"src_ip": {
			nulls: lacks(flow.NoSource, 0),
			symbols: func(dst []Symbol, rows []R) {
				for i := range rows {
					k := key(&rows[i])
					dst[i] = addressSymbol(&k.Source, k.Version)
				}
			},
		},
		"dst_ip": {
			nulls: lacks(flow.NoDestination, 0),
			symbols: func(dst []Symbol, rows []R) {
				for i := range rows {
					k := key(&rows[i])
					dst[i] = addressSymbol(&k.Destination, k.Version)
				}
			},
		},
		"src_port": {
			nulls: lacks(flow.Ports|flow.NoSourcePort, flow.Ports),
			ints: func(dst []int64, rows []R) {
				for i := range rows {
					dst[i] = int64(key(&rows[i]).SourcePort)
				}
			},
		},
		"dst_port": {
			nulls: lacks(flow.Ports|flow.NoDestinationPort, flow.Ports),
			ints: func(dst []int64, rows []R) {
				for i := range rows {
					dst[i] = int64(key(&rows[i]).DestinationPort)
				}
			},
		},
		"protocol": {
			nulls: lacks(flow.NoProtocol, 0),
			ints: func(dst []int64, rows []R) {
				for i := range rows {
					dst[i] = int64(key(&rows[i]).Protocol)
				}
			},
		},
		"tos": {
			nulls: lacks(flow.NoClassOfService, 0),
			ints: func(dst []int64, rows []R) {
				for i := range rows {
					dst[i] = int64(key(&rows[i]).ClassOfService)
				}
			},
		},
	}
}

// counterBatches are those of the volumes.
func counterBatches[R any](counters func(*R) *flow.Counters) map[string]batch[R] {
	return map[string]batch[R]{
		"packets": {ints: func(dst []int64, rows []R) {
			for i := range rows {
				dst[i] = count(counters(&rows[i]).Packets)
			}
		}},
		"bytes": {ints: func(dst []int64, rows []R) {
			for i := range rows {
				dst[i] = count(counters(&rows[i]).Octets)
			}
		}},
		"wire_bytes": {ints: func(dst []int64, rows []R) {
			for i := range rows {
				dst[i] = count(counters(&rows[i]).WireOctets)
			}
		}},
		"payload_bytes": {ints: func(dst []int64, rows []R) {
			for i := range rows {
				dst[i] = count(counters(&rows[i]).PayloadOctets)
			}
		}},
	}
}
