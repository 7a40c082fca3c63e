// Package rowtest makes rows for the tests and benchmarks of the writers.
package rowtest

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
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
	return points
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
			Key: f.Key, Start: start, First: f.Start, Last: f.End, Counters: f.Counters,
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: f.Counters.Packets % 2, TCPFlags: f.TCPFlags, Marks: f.Marks,
		}
	}
	return rows
}

// Wild gives n flow records whose fields are drawn from everything that their
// types allow, the ends of the ranges above all, in no order. Points are those
// of Points.
func Wild(n int, seed uint64) []flow.Record {
	r := rand.New(rand.NewPCG(seed, 2))
	rows := make([]flow.Record, n)
	for i := range rows {
		f := &rows[i]
		f.Key = wildKey(r)
		f.Ordinal = r.Uint32N(3)
		f.Start, f.End = wildTime(r), wildTime(r)
		f.Counters = flow.Counters{Packets: wild(r), Octets: wild(r), WireOctets: wild(r), PayloadOctets: wild(r)}
		f.FirstNumber, f.Fragments, f.LatePackets = wild(r), wild(r), wild(r)
		f.TCPFlags = uint16(r.IntN(1 << 16))
		for bit := range f.TCPFlagCounts {
			f.TCPFlagCounts[bit] = wild(r)
		}
		f.Marks = flow.Mark(r.IntN(1 << 16))
		f.MinOctets, f.MaxOctets = wild(r), wild(r)
		f.MinTTL, f.MaxTTL = uint8(r.IntN(256)), uint8(r.IntN(256))
		f.VLAN, f.InnerVLAN = uint16(r.IntN(1<<16)), uint16(r.IntN(1<<16))
		f.MPLSTop = []uint32{0, 1, 1<<20 - 1, math.MaxUint32, r.Uint32()}[r.IntN(5)]
		binary.BigEndian.PutUint32(f.SourceMAC[:], r.Uint32())
		f.DestinationMAC[5] = byte(r.IntN(256))
		f.EndReason = flow.EndReason(1 + r.IntN(5))
	}
	return rows
}

// WildIntervals is Wild for interval records.
func WildIntervals(n int, seed uint64) []flow.IntervalRecord {
	r := rand.New(rand.NewPCG(seed, 3))
	rows := make([]flow.IntervalRecord, n)
	for i := range rows {
		rows[i] = flow.IntervalRecord{
			Key: wildKey(r), Start: wildTime(r).Interval(Width), First: wildTime(r), Last: wildTime(r),
			Counters:    flow.Counters{Packets: wild(r), Octets: wild(r), WireOctets: wild(r), PayloadOctets: wild(r)},
			FlowsActive: wild(r), FlowsStarted: wild(r), FlowsEnded: wild(r),
			TCPFlags: uint16(r.IntN(1 << 16)), Marks: flow.Mark(r.IntN(1 << 16)),
		}
	}
	return rows
}

func wildKey(r *rand.Rand) flow.Key {
	k := flow.Key{
		SourcePort: uint16(r.IntN(1 << 16)), DestinationPort: []uint16{0, 1, math.MaxUint16, uint16(r.IntN(1 << 16))}[r.IntN(4)],
		Protocol: uint8(r.IntN(256)), ClassOfService: uint8(r.IntN(256)),
		Version: []uint8{4, 6}[r.IntN(2)], Shape: flow.Shape(r.IntN(2)), Point: r.Uint32N(7),
	}
	k.Source, k.Destination = flow.MappedIPv4([4]byte{byte(r.IntN(256)), 0, 0, byte(r.IntN(3))}), flow.MappedIPv4([4]byte{})
	if k.Version == 6 && r.IntN(4) != 0 {
		binary.BigEndian.PutUint64(k.Source[:], r.Uint64())
		k.Destination = [16]byte{15: byte(r.IntN(2))}
	}
	if k.Shape == 0 {
		k.SourcePort, k.DestinationPort = 0, 0
	}
	return k
}

func wild(r *rand.Rand) uint64 {
	return []uint64{0, 1, 255, 256, 1 << 32, math.MaxInt64, r.Uint64(), r.Uint64N(1000)}[r.IntN(8)]
}

func wildTime(r *rand.Rand) flow.Timestamp {
	switch r.IntN(6) {
	case 0:
		return flow.MinTimestamp
	case 1:
		return flow.MaxTimestamp
	case 2:
		return -flow.Timestamp(r.Int64N(5000))
	case 3:
		return flow.Timestamp(r.Uint64())
	}
	return flow.Timestamp(1_700_000_000_000_000_000 + r.Int64N(1_000_000_000_000))
}

// Ledger gives n ledger rows with all kinds, hostile names, and quantities that
// are known and unknown.
func Ledger(n int, seed uint64) []table.LedgerRow {
	r := rand.New(rand.NewPCG(seed, 4))
	quantity := func() table.Quantity {
		if r.IntN(2) == 0 {
			return table.Quantity{}
		}
		return table.Known(wild(r))
	}
	names := Hostile(50, seed)
	rows := make([]table.LedgerRow, n)
	for i := range rows {
		rows[i] = table.LedgerRow{
			Input: names[r.IntN(len(names))], Kind: table.LedgerKind(r.IntN(4)),
			Outcome: flow.Reason(r.IntN(int(flow.ReasonCount))).String(), Detail: []string{"", fmt.Sprintf("%#04x", r.IntN(65536)), names[r.IntN(len(names))]}[r.IntN(3)],
			Packets: quantity(), WireBytes: quantity(), CapturedBytes: quantity(), Bytes: quantity(),
			Octets: quantity(), FirstOffset: quantity(), FirstPacket: quantity(),
		}
	}
	return rows
}

// Hostile gives n different-looking names of the kind that hurts tables: formula
// beginnings behind blanks, quotes, separators, line breaks, control and
// bidirectional characters, octets that are not UTF-8, and the escapes that
// this program writes itself.
func Hostile(n int, seed uint64) []string {
	pieces := []string{
		"=", "+", "-", "@", "\t", "\r", "\n", "\r\n", " ", "\u00a0", "\u3000", "'", "\"", ",", ";", "|", "\\", `\x41`, `\\`,
		"\x00", "\x1b[31m", "\x7f", "\u0085", "\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\uff1d", "\uff0b", "\uff0d", "\uff20",
		"\ufffd", "\ufffdff", "\ufffd4", "\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "eth0", "SUM(A1)", "é", "日本", "x", "1", "",
	}
	r := rand.New(rand.NewPCG(seed, 5))
	names := make([]string, n)
	for i := range names {
		for range r.IntN(6) {
			names[i] += pieces[r.IntN(len(pieces))]
		}
	}
	return names
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
