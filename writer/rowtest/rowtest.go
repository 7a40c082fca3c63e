// Package rowtest makes rows for the tests and benchmarks of the writers.
package rowtest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// Width is the interval width of the rows that Intervals makes.
const Width = 5 * time.Minute

// Points gives a table of observation points with the nameless one, usual names
// and names that are not UTF-8 or that a spreadsheet would take for a formula.
func Points() *flow.Points {
	points := flow.NewPoints()
	for _, name := range []string{"eth0", `\Device\NPF_{5A4B}`, "=cmd|' /C calc'!A1", "\xff\xfebad", "a,b\"c\nd", " +1"} {
		if _, err := points.Number(flow.Point{Interface: name}); err != nil {
			panic(err)
		}
	}
	for _, point := range []flow.Point{
		{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 256},
		{Exported: true, Exporter: netip.MustParseAddr("2001:db8::fe"), Domain: math.MaxUint32},
		{Exported: true},
	} {
		if _, err := points.Number(point); err != nil {
			panic(err)
		}
	}
	return points
}

// The numbers of the points of Points that are exporters', and what is behind
// them.
const (
	firstExporter = 7
	behindPoints  = 10
)

// Names gives a table of names as exporters give them, hostile ones too. Numbers
// up to KnownNames are valid.
func Names() *flow.Names {
	names := flow.NewNames()
	for i := 1; i <= KnownNames; i++ {
		names.Number(fmt.Appendf(nil, "GigabitEthernet0/%d%s", i, Hostile(1, uint64(i))[0]))
	}
	return names
}

// KnownNames is the number of names of Names.
const KnownNames = 40

// Options gives the options with which all columns are declared that rows of this
// package can fill.
func Options() table.Options {
	return table.Options{
		Points: Points(), Names: Names(), WithMAC: true,
		Elements: []string{"e0_344", "e2011_7", "e0_82"},
	}
}

// Flows gives n flow records as a day of a busy link would have them: sorted by
// start, mostly IPv4 and TCP, few servers and many clients, and each connection
// in both directions.
func Flows(n int, seed uint64) []flow.Record {
	r := rand.New(rand.NewPCG(seed, 1))
	servers := rand.NewZipf(r, 1.2, 8, 20_000)
	clients := rand.NewZipf(r, 1.05, 100, 200_000)
	rows := make([]flow.Record, 0, n+1)
	start := int64(1_700_000_000_000_000_000)
	for len(rows) < n {
		start += r.Int64N(200_000)
		forward := newFlow(r, clients.Uint64(), servers.Uint64(), flow.Timestamp(start), uint64(len(rows)))
		rows = append(rows, forward, reverse(r, forward))
	}
	rows = rows[:n]
	slices.SortStableFunc(rows, func(a, b flow.Record) int { return cmp.Compare(a.Start, b.Start) })
	return rows
}

func newFlow(r *rand.Rand, client, server uint64, start flow.Timestamp, number uint64) flow.Record {
	f := flow.Record{Start: start, FirstNumber: 1 + 10*number + r.Uint64N(10), EndReason: flow.EndIdleTimeout}
	f.Key = flow.Key{Version: 4, Protocol: 6, Shape: 1, SourcePort: uint16(32768 + r.IntN(28000)), DestinationPort: 443, Point: 1}
	if r.IntN(10) == 0 {
		f.Key.Version = 6
		f.Key.Source, f.Key.Destination = [16]byte{0x20, 1, 0xd, 0xb8}, [16]byte{0x20, 1, 0xd, 0xb8, 1}
		binary.BigEndian.PutUint64(f.Key.Source[8:], client*0x9e3779b97f4a7c15)
		binary.BigEndian.PutUint64(f.Key.Destination[8:], server)
	} else {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(client*2654435761)|0x01000000)
		f.Key.Source = flow.MappedIPv4(a)
		binary.BigEndian.PutUint32(a[:], uint32(server*40503)|0x0a000000)
		f.Key.Destination = flow.MappedIPv4(a)
	}
	switch r.IntN(10) {
	case 0, 1, 2:
		f.Key.Protocol, f.Key.DestinationPort = 17, 53
	case 3:
		f.Key.Protocol, f.Key.SourcePort, f.Key.DestinationPort = 1, 0, 8*256
		if f.Key.Version == 6 {
			f.Key.Protocol, f.Key.DestinationPort = 58, 128*256
		}
	default:
		f.Marks = flow.MarkTCP
		f.EndReason = flow.EndOfFlow
		if r.IntN(4) == 0 {
			f.Key.DestinationPort = uint16(r.IntN(65536))
		}
	}
	fill(r, &f)
	return f
}

// fill draws the volumes of a flow.
func fill(r *rand.Rand, f *flow.Record) {
	packets := 1 + uint64(math.Exp(r.ExpFloat64()*1.2))
	length := 40 + r.Uint64N(1000)
	f.Counters = flow.Counters{Packets: packets, Octets: packets * length, WireOctets: packets * (length + 14), PayloadOctets: packets * (length - 40)}
	f.End = f.Start + flow.Timestamp(r.Int64N(int64(packets)*10_000_000))
	f.MinTTL, f.MinOctets = 64, 40
	f.MaxTTL, f.MaxOctets = f.MinTTL, 40+r.Uint64N(1460)
	if f.Marks&flow.MarkTCP != 0 {
		f.TCPFlags = flow.TCPSyn | flow.TCPAck | flow.TCPPsh | flow.TCPFin
		f.TCPFlagCounts = [flow.TCPFlagCount]uint64{1, 1, 0, packets / 3, packets - 1}
	}
}

func reverse(r *rand.Rand, f flow.Record) flow.Record {
	k := &f.Key
	k.Source, k.Destination = k.Destination, k.Source
	if k.Protocol != 1 && k.Protocol != 58 {
		k.SourcePort, k.DestinationPort = k.DestinationPort, k.SourcePort
	} else {
		k.DestinationPort ^= 0x0800 // the reply of ICMP
	}
	f.Start += flow.Timestamp(r.Int64N(20_000_000))
	f.FirstNumber++
	fill(r, &f)
	return f
}

// Intervals gives n interval records, sorted by interval, of flows as Flows
// makes them.
func Intervals(n int, seed uint64) []flow.IntervalRecord {
	rows := make([]flow.IntervalRecord, n)
	for i, f := range Flows(n, seed) {
		start := f.Start.Interval(Width)
		rows[i] = flow.IntervalRecord{
			Key: f.Key, Start: start, End: start + flow.Timestamp(Width), Complete: i > n/8, First: f.Start, Last: f.End, Counters: f.Counters,
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: f.Counters.Packets % 2, TCPFlags: f.TCPFlags, Marks: f.Marks,
			Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
		}
	}
	return rows
}

// Cell gives a row's cell in a column: whether it is NULL, its number, or its
// text.
func Cell[R any](c *table.Column[R], row *R) (null bool, number int64, text string) {
	switch {
	case c.Null != nil && c.Null(row):
		return true, 0, ""
	case c.Kind == table.Text:
		return false, 0, string(c.AppendText(nil, row))
	}
	return false, c.Int(row), ""
}
