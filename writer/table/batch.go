package table

import (
	"slices"

	"netstream/aggregate/flow"
	"netstream/writer/oneblock"
)

// Rows are rows that are written together. What many columns read of them stands beside
// them without the rest, which is a hundred times as much: close enough to the processor
// for one column after the other.
type Rows[R any] struct {
	All      []R
	Keys     []flow.Key      // of each row; empty if rows of the table have none
	Counters []flow.Counters // likewise

	traits, octets words
	anyCounts      [rareCounts]uint64 // the bits of counts that any row has set

	// What single columns need, kept for the next rows.
	communities *communities
	flows       *oneblock.Messages // whose flow_id is wanted

	take func(*Rows[R])
}

// rareCounts is the number of counts that are 0 in most rows.
const rareCounts = flow.TCPFlagCount + 2

// NewRows gives rows for the columns of a table.
func NewRows[R any](columns []Column[R]) *Rows[R] {
	rows := &Rows[R]{}
	for i := range columns {
		if columns[i].take != nil {
			rows.take = columns[i].take
		}
	}
	return rows
}

// Take makes them those rows, which must stay as they are until the next ones are taken.
func (r *Rows[R]) Take(rows []R) {
	r.All = rows
	if r.take != nil {
		r.take(r)
	}
}

// beside gives room for what stands beside each of the rows.
func (r *Rows[R]) beside() ([]flow.Key, []flow.Counters) {
	r.Keys = slices.Grow(r.Keys[:0], len(r.All))[:len(r.All)]
	r.Counters = slices.Grow(r.Counters[:0], len(r.All))[:len(r.All)]
	return r.Keys, r.Counters
}

// batch says how the cells of a column are taken of many rows at a time: in a loop that
// has the rows' members before it, where the declaration has a function to be called for
// each. It never says anything else than the declaration.
type batch[R any] struct {
	ints    func(dst []int64, rows *Rows[R])
	symbols func(dst []Symbol, rows *Rows[R])
	nulls   *Nulls[R]
	same    func(rows *Rows[R]) bool
}

// withBatches gives columns their batches, by their names, and what fills in what these
// read. It must come before what puts other columns in their place or changes what they
// say.
func withBatches[R any](columns []Column[R], take func(*Rows[R]), all ...map[string]batch[R]) []Column[R] {
	for i := range columns {
		c := &columns[i]
		for _, batches := range all {
			if b, ok := batches[c.Name]; ok {
				c.Ints, c.Symbols, c.Nulls, c.Same, c.take = b.ints, b.symbols, b.nulls, b.same, take
			}
		}
	}
	return columns
}

// keyBatches are those of the columns of the flow key.
func keyBatches[R any](points *observedPoints) map[string]batch[R] {
	// at marks the rows whose observation point is the nameless one or lacks something.
	at := func(lacks func(*observed) bool) *Nulls[R] {
		return &Nulls[R]{
			Same: func(rows *Rows[R]) (null, same bool) { return true, rows.traits.any&namedPoint == 0 },
			Mark: func(null []bool, rows *Rows[R]) {
				for i := range rows.Keys {
					n := rows.Keys[i].Point
					null[i] = n == 0 || lacks(points.at(n))
				}
			},
		}
	}
	return map[string]batch[R]{
		"interface": {
			nulls: at(func(p *observed) bool { return p.Interface == "" }),
			symbols: func(dst []Symbol, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = Symbol{Low: uint64(rows.Keys[i].Point)}
				}
			},
		},
		"exporter_ip": {
			nulls: at(func(p *observed) bool { return !p.Exporter.IsValid() }),
			symbols: func(dst []Symbol, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = points.at(rows.Keys[i].Point).exporter
				}
			},
		},
		"observation_domain": {
			nulls: at(func(p *observed) bool { return !p.Exported }),
			ints: func(dst []int64, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = int64(points.at(rows.Keys[i].Point).Domain)
				}
			},
		},
		"ip_version": octet[R](versionOctet).but(unlike[R](noVersion, 0)),
		"src_ip": {
			nulls: shaped[R](flow.NoSource, 0),
			symbols: func(dst []Symbol, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = addressSymbol(&rows.Keys[i].Source, rows.Keys[i].Version)
				}
			},
		},
		"dst_ip": {
			nulls: shaped[R](flow.NoDestination, 0),
			symbols: func(dst []Symbol, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = addressSymbol(&rows.Keys[i].Destination, rows.Keys[i].Version)
				}
			},
		},
		"src_port": {
			nulls: shaped[R](flow.Ports|flow.NoSourcePort, flow.Ports),
			ints: func(dst []int64, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = int64(rows.Keys[i].SourcePort)
				}
			},
		},
		"dst_port": {
			nulls: shaped[R](flow.Ports|flow.NoDestinationPort, flow.Ports),
			ints: func(dst []int64, rows *Rows[R]) {
				for i := range rows.Keys {
					dst[i] = int64(rows.Keys[i].DestinationPort)
				}
			},
		},
		"protocol": octet[R](protocolOctet).but(shaped[R](flow.NoProtocol, 0)),
		"tos":      octet[R](classOctet).but(shaped[R](flow.NoClassOfService, 0)),
	}
}

// counterBatches are those of the volumes.
func counterBatches[R any]() map[string]batch[R] {
	return map[string]batch[R]{
		"packets": {ints: func(dst []int64, rows *Rows[R]) {
			for i := range rows.Counters {
				dst[i] = count(rows.Counters[i].Packets)
			}
		}},
		"bytes": {ints: func(dst []int64, rows *Rows[R]) {
			for i := range rows.Counters {
				dst[i] = count(rows.Counters[i].Octets)
			}
		}},
		"wire_bytes": {ints: func(dst []int64, rows *Rows[R]) {
			for i := range rows.Counters {
				dst[i] = count(rows.Counters[i].WireOctets)
			}
		}},
		"payload_bytes": {ints: func(dst []int64, rows *Rows[R]) {
			for i := range rows.Counters {
				dst[i] = count(rows.Counters[i].PayloadOctets)
			}
		}},
	}
}
