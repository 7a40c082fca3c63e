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
	reverse  [len(counters)]int // the same of the other direction
	buffer   []byte

	// Rows of biflows turn the key as their initiator does, each by itself: what is of
	// source or destination is sealed without regard to the order of the two.
	sides    [][2]int // nil if rows have one direction
	ports    int      // the place of the ports in sides, -1 if they are not there
	protocol int      // -1 if there is no such column
}

// newSealer looks which columns of a table count.
func newSealer(name string, columns []column, seed maphash.Seed) *sealer {
	s := &sealer{seed: seed, ports: -1, protocol: -1, interval: indexOf(columns, "interval_start")}
	for i, counter := range counters {
		s.counters[i], s.reverse[i] = indexOf(columns, counter), indexOf(columns, "rev_"+counter)
	}
	if name != table.FlowTable && name != table.IntervalTable {
		return s
	}
	turning := keyColumns[:0:0]
	if indexOf(columns, "rev_packets") >= 0 {
		s.protocol = indexOf(columns, "protocol")
		for _, pair := range turningColumns {
			if at := [2]int{indexOf(columns, pair[0]), indexOf(columns, pair[1])}; at[0] >= 0 && at[1] >= 0 {
				if pair[0] == "src_port" {
					s.ports = len(s.sides)
				}
				s.sides = append(s.sides, at)
			}
			turning = append(turning, pair[:]...)
		}
	}
	for i := range columns {
		if slices.Contains(keyColumns[:], columns[i].name) && !slices.Contains(turning, columns[i].name) {
			s.key = append(s.key, i)
		}
	}
	return s
}

// turningColumns are those of a key that change places when it is turned. What a packet is
// to its observation point is left out.
var turningColumns = [...][2]string{{"src_ip", "dst_ip"}, {"src_port", "dst_port"}, {"in_if", "out_if"}, {"direction", ""}}

// keyColumns are those of the flow key that flow and interval table both have, and
// under all options.
var keyColumns = [...]string{
	"interface", "exporter_ip", "observation_domain", "in_if", "out_if", "direction",
	"ip_version", "src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos",
}

// add adds a row.
func (s *sealer) add(to *seals, row []cell) {
	if s.key != nil || s.sides != nil {
		s.buffer = s.buffer[:0]
		for _, i := range s.key {
			s.buffer = appendCell(s.buffer, &row[i])
		}
		s.appendSides(row)
		s.seal(&to.byKey, row)
	}
	if s.interval >= 0 {
		s.buffer = appendCell(s.buffer[:0], &row[s.interval])
		s.seal(&to.byInterval, row)
	}
}

// appendSides appends what is of source and destination, as a sum over the two. The ports of
// ICMP, types and codes, are left out: a request and its reply have different ones.
func (s *sealer) appendSides(row []cell) {
	for i, pair := range s.sides {
		if i == s.ports && s.protocol >= 0 && (row[s.protocol].number == 1 || row[s.protocol].number == 58) {
			continue
		}
		var sum uint64
		for _, column := range pair {
			var side [64]byte
			sum += maphash.Bytes(s.seed, appendCell(side[:0], &row[column]))
		}
		s.buffer = binary.LittleEndian.AppendUint64(s.buffer, sum)
	}
}

func (s *sealer) seal(to *[len(counters)]uint64, row []cell) {
	hash := maphash.Bytes(s.seed, s.buffer)
	for i := range s.counters {
		for _, column := range [...]int{s.counters[i], s.reverse[i]} {
			if column >= 0 && !row[column].null {
				to[i] += hash * uint64(row[column].number)
			}
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
