package netflow

import (
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// benchMessages are messages with as many records as fit into a datagram of 1,400
// octets, with the definitions in front.
func benchMessages() map[string][2][]byte {
	var five [][]byte
	for range 28 {
		five = append(five, record5("192.0.2.1", "198.51.100.7", 10, 1000, 1000, 4000, 6))
	}
	usual := []spec{
		{number: 8, length: 4}, {number: 12, length: 4}, {number: 15, length: 4}, {number: 10, length: 4}, {number: 14, length: 4},
		{number: 2, length: 4}, {number: 1, length: 4}, {number: 22, length: 4}, {number: 21, length: 4}, {number: 7, length: 2},
		{number: 11, length: 2}, {number: 6, length: 1}, {number: 4, length: 1}, {number: 5, length: 1}, {number: 16, length: 4},
		{number: 17, length: 4}, {number: 9, length: 1}, {number: 13, length: 1}, {number: 61, length: 1},
	}
	record := cat(ip("192.0.2.1"), ip("198.51.100.7"), ip("192.0.2.254"), u32(1), u32(2), u32(10), u32(1000), u32(1000), u32(4000),
		u16(1024), u16(443), []byte{0x12, 6, 0}, u32(64500), u32(64501), []byte{24, 25, 0})
	plains := slices.Repeat([][]byte{plainRecord("192.0.2.1", 10)}, 26)
	return map[string][2][]byte{
		"Version5": {message5(0), message5(0, five...)},
		"Version9": {
			message9(1, 1, setOf(0, definitionOf(256, usual...))),
			message9(1, 24, setOf(256, slices.Repeat([][]byte{record}, 24)...)),
		},
		"IPFIX": {
			messageIPFIX(1, setOf(2, definitionOf(256, plain()...))),
			messageIPFIX(1, setOf(256, plains...)),
		},
		"IPFIXVariable": {
			messageIPFIX(1, setOf(2, definitionOf(256, append(plain(), spec{number: 96, length: 65535})...))),
			messageIPFIX(1, setOf(256, slices.Repeat([][]byte{append(plainRecord("192.0.2.1", 10), 4, 'h', 't', 't', 'p')}, 24)...)),
		},
	}
}

func BenchmarkVersion5(b *testing.B)      { benchmark(b, "Version5") }
func BenchmarkVersion9(b *testing.B)      { benchmark(b, "Version9") }
func BenchmarkIPFIX(b *testing.B)         { benchmark(b, "IPFIX") }
func BenchmarkIPFIXVariable(b *testing.B) { benchmark(b, "IPFIXVariable") }

func benchmark(b *testing.B, name string) {
	messages := benchMessages()[name]
	d := NewDecoder(Options{})
	readAll(b, d, Origin{}, messages[0])
	d.Rewind()
	readAll(b, d, Origin{}, messages[0])
	batch := flow.NewBatch()
	b.SetBytes(int64(len(messages[1])))
	rows := 0
	for b.Loop() {
		if err := d.Begin(Origin{}, 0, false, messages[1]); err != nil {
			b.Fatal(err)
		}
		for done := false; !done; {
			batch.Reset()
			done = d.Read(batch)
			rows += len(batch.Records)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "records/s")
}

func TestNothingAllocatesOnTheSteadyPath(t *testing.T) {
	for name, messages := range benchMessages() {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(Options{})
			d.Rewind()
			readAll(t, d, Origin{}, messages[0], messages[1])
			batch := flow.NewBatch()
			rows := 0
			allocations := testing.AllocsPerRun(100, func() {
				if err := d.Begin(Origin{}, 0, false, messages[1]); err != nil {
					t.Fatal(err)
				}
				batch.Reset()
				d.Read(batch)
				rows += len(batch.Records)
			})
			if allocations != 0 || rows == 0 {
				t.Errorf("got %v allocations for %d rows, want none", allocations, rows)
			}
		})
	}
}
