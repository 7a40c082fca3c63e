package audit

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"netstream/writer/table"
)

// counters are the columns whose sums the laws speak of.
var counters = [...]string{"packets", "bytes", "wire_bytes", "payload_bytes"}

// seals are sums of counters, each multiplied with a hash of what its row belongs to,
// modulo 2^64. If the volume of a single key or interval differs between two tables, so
// do their seals, but for one case in about 2^64; no memory goes with the rows. Seals
// mean something within one process only.
type seals struct {
	byKey      [len(counters)]uint64
	byInterval [len(counters)]uint64
}

// sealer makes the seals of a table.
type sealer struct {
	seed     maphash.Seed
	key      []int // columns of the flow key, nil if the table has none
	interval int   // column of the interval, -1 if the table has none
	counters [len(counters)]int
	buffer   []byte
}

// newSealer looks which columns of a table count.
func newSealer(name string, columns []column, seed maphash.Seed) *sealer {
	s := &sealer{seed: seed, interval: indexOf(columns, "interval_start")}
	for i, counter := range counters {
		s.counters[i] = indexOf(columns, counter)
	}
	// Rows of biflows turn the key as their initiator does, each by itself.
	biflow := indexOf(columns, "rev_packets") >= 0
	if biflow || name != table.FlowTable && name != table.IntervalTable {
		return s
	}
	for i := range columns {
		if slices.Contains(keyColumns[:], columns[i].name) {
			s.key = append(s.key, i)
		}
	}
	return s
}

// keyColumns are those of the flow key that flow and interval table both have, and
// under all options.
var keyColumns = [...]string{
	"interface", "exporter_ip", "observation_domain", "in_if", "out_if", "direction",
	"ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos",
}

// add adds a row.
func (s *sealer) add(to *seals, row []cell) {
	if s.key != nil {
		s.buffer = s.buffer[:0]
		for _, i := range s.key {
			s.buffer = appendCell(s.buffer, &row[i])
		}
		s.seal(&to.byKey, row)
	}
	if s.interval >= 0 {
		s.buffer = appendCell(s.buffer[:0], &row[s.interval])
		s.seal(&to.byInterval, row)
	}
}

func (s *sealer) seal(to *[len(counters)]uint64, row []cell) {
	hash := maphash.Bytes(s.seed, s.buffer)
	for i, column := range s.counters {
		if column >= 0 && !row[column].null {
			to[i] += hash * uint64(row[column].number)
		}
	}
}

// appendCell appends a cell so that different cells have different octets.
func appendCell(dst []byte, c *cell) []byte {
	if c.null {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(c.number))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(c.text)))
	return append(dst, c.text...)
}
