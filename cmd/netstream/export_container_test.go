package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
	"netstream/reader/nfcapd/nfcapdtest"
)

// Flows of the tests of exports begin at their epoch; the exporters were started
// before.
const (
	exportEpoch = flow.Timestamp(1_704_067_200 * second) // 2024-01-01T00:00:00Z
	second      = flow.Timestamp(time.Second)
	millisecond = flow.Timestamp(time.Millisecond)
)

// commonFields are what all containers can tell of a flow besides counters.
const commonFields = flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldOutIf |
	flow.FieldSourceAS | flow.FieldDestinationAS | flow.FieldSourceMask | flow.FieldDestinationMask

// randomFlows gives flow records that all formats can tell: times are whole
// milliseconds within span of the epoch, other numbers fit into the fields of version 5.
func randomFlows(random *rand.Rand, version uint8, count int, span time.Duration) []flow.Record {
	records := netflowtest.Traffic(count, version, exportEpoch)
	for i := range records {
		r := &records[i]
		if i > 0 && random.IntN(12) == 0 { // of one key and one time
			r.Key, r.Start, r.End = records[i-1].Key, records[i-1].Start, records[i-1].End
		} else {
			randomKey(random, &r.Key)
			r.Start = exportEpoch + flow.Timestamp(random.Int64N(int64(span)))/millisecond*millisecond
			r.End = r.Start + flow.Timestamp(random.Int64N(int64(span)))/millisecond*millisecond
			if random.IntN(4) == 0 {
				r.End = r.Start
			}
		}
		r.Counters = flow.Counters{Packets: uint64(random.Uint32()) >> random.IntN(32), Octets: uint64(random.Uint32()) >> random.IntN(32)}
		r.TCPFlags = uint16(random.Uint32N(256)) >> random.IntN(9)
		x := r.Export
		x.Has = commonFields
		x.InIf, x.OutIf = random.Uint32N(4)*21845, random.Uint32N(1<<16)>>random.IntN(17)
		x.SourceAS, x.DestinationAS = random.Uint32N(1<<16), random.Uint32N(3)
		x.SourceMask, x.DestinationMask = uint8(random.IntN(33)), uint8(random.IntN(33))
		if r.Key.Protocol == 6 || r.TCPFlags != 0 {
			r.Marks = flow.MarkTCP
		}
		if random.IntN(2) == 0 {
			x.NextHop = [16]byte{}
			if version == 4 {
				x.NextHop = flow.MappedIPv4([4]byte{})
			}
		} else {
			x.Has |= flow.FieldNextHop
		}
	}
	return records
}

func randomKey(random *rand.Rand, k *flow.Key) {
	for _, address := range []*[16]byte{&k.Source, &k.Destination} {
		address[15] = byte(1 + random.IntN(5)) // few of them, so that keys repeat
		if random.IntN(3) == 0 {
			binary.BigEndian.PutUint16(address[13:], uint16(1+random.IntN(65535)))
		}
	}
	k.Protocol = []uint8{6, 6, 17, 1, 47, 132, 50}[random.IntN(7)]
	if k.Protocol == 1 && k.Version == 6 {
		k.Protocol = 58
	}
	k.SourcePort, k.DestinationPort = uint16(random.Uint32N(3)*32767), uint16(random.Uint32())
	k.ClassOfService = uint8(random.Uint32N(3) * 0x5c)
	switch k.Protocol {
	case 1, 58:
		k.SourcePort = 0
	case 47, 50: // without ports
		k.SourcePort, k.DestinationPort = 0, 0
		k.Shape &^= flow.Ports
	}
}

// container is a file of flow records in some format.
type container struct {
	name    string
	content []byte
}

// packing makes containers of flow records. Rows of each are told from those of the
// others by their observation domain.
type packing struct {
	random  *rand.Rand
	version uint8 // of IP
	records []flow.Record
	at      flow.Timestamp // export time: a whole second behind all flows
	boot    flow.Timestamp
	all     []container
}

func newPacking(random *rand.Rand, version uint8, records []flow.Record) *packing {
	p := &packing{random: random, version: version, records: records, at: exportEpoch}
	for i := range records {
		p.at = max(p.at, records[i].End)
	}
	p.at += second - p.at%second + flow.Timestamp(random.IntN(100))*second
	p.boot = exportEpoch - flow.Timestamp(random.Int64N(int64(70*24*time.Hour)))/millisecond*millisecond // uptimes wrap after 49.7 days
	return p
}

// add adds a container; its rows have the number of containers as their domain.
func (p *packing) add(name string, content []byte) {
	p.all = append(p.all, container{fmt.Sprintf("%02d-%s", p.domain(), name), content})
}

func (p *packing) domain() uint32 { return uint32(1 + len(p.all)) }

func (p *packing) exporter(version uint16) *netflowtest.Exporter {
	e := &netflowtest.Exporter{
		Version: version, Domain: p.domain(), Boot: p.boot,
		Sequence: p.random.Uint32(), PerMessage: 1 + p.random.IntN(30),
	}
	if version == 10 {
		e.Align = []int{0, 4, 8}[p.random.IntN(3)]
	}
	return e
}

// template gives the template of the common fields with times by the elements of two
// numbers.
func (p *packing) template(id uint16, times ...uint16) netflowtest.Template {
	fields := netflowtest.Fields(8, 4, 12, 4, 15, 4, 9, 1, 13, 1)
	if p.version == 6 {
		fields = netflowtest.Fields(27, 16, 28, 16, 62, 16, 29, 1, 30, 1)
	}
	fields = append(fields, netflowtest.Fields(10, 4, 14, 2, 2, 8, 1, 4, 7, 2, 11, 2, 6, 1, 4, 1, 5, 1, 16, 4, 17, 2)...)
	p.random.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return netflowtest.Template{ID: id, Fields: append(fields, netflowtest.Fields(times...)...)}
}

// messages gives the messages that export the records: of version 9 and IPFIX with
// times by uptime or by milliseconds, behind those that define what they need.
func (p *packing) messages(version uint16, milliseconds, bootInOptions bool) [][]byte {
	e := p.exporter(version)
	if version < 9 {
		return e.Fixed(p.at, p.records)
	}
	t := p.template(300, 22, 4, 21, 4)
	switch {
	case milliseconds:
		t = p.template(301, 152, 8, 153, 8)
	case version == 10 && !bootInOptions:
		t.Fields = append(t.Fields, netflowtest.Fields(160, 8)...)
	}
	sets := []netflowtest.Set{e.Templates(t)}
	if bootInOptions {
		options := netflowtest.BootTime(400)
		sets = append(sets, e.OptionsTemplates(options), netflowtest.Rows(&options, [][]byte{
			netflowtest.Number(uint64(e.Domain), 4), netflowtest.Number(uint64(p.boot/millisecond), 8)}))
	}
	return append([][]byte{e.Message(p.at, sets...)}, e.Flows(p.at, &t, p.records)...)
}

// raw adds the files of messages one behind the other.
func (p *packing) raw() {
	if p.version == 4 {
		p.add("version5", netflowtest.Concatenate(p.messages(5, false, false)...))
	}
	p.add("version9", netflowtest.Concatenate(p.messages(9, false, false)...))
	p.add("version9-milliseconds", netflowtest.Concatenate(p.messages(9, true, false)...))
	p.add("ipfix-uptime", netflowtest.Concatenate(p.messages(10, false, false)...))
	p.add("ipfix-boot-in-options", netflowtest.Concatenate(p.messages(10, false, true)...))
	p.add("ipfix-milliseconds", netflowtest.Concatenate(p.messages(10, true, false)...))
	p.add("ipfix-one-message", p.ipfixFile())
}

// ipfixFile gives a file (RFC 5655) of one message with everything, and a second one
// with the template alone.
func (p *packing) ipfixFile() []byte {
	e := p.exporter(10)
	t := p.template(999, 152, 8, 153, 8)
	return netflowtest.Concatenate(
		e.Message(p.at, e.Templates(t), e.Data(p.at, &t, p.records)), e.Message(p.at, e.Templates(t)))
}

// collected adds nfcapd files of both layouts with all compressions.
func (p *packing) collected() {
	for _, layout1 := range []bool{true, false} {
		for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.LZ4, nfcapdtest.Zstd} {
			if layout1 && c == nfcapdtest.Zstd {
				continue
			}
			points := flow.NewPoints()
			number, err := points.Number(flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: p.domain()})
			if err != nil {
				panic(err) // it is the only point
			}
			records := netflowtest.Copy(p.records)
			for i := range records {
				records[i].Key.Point = number
			}
			p.add(fmt.Sprintf("nfcapd-%v-%d", layout1, c), nfcapdtest.File(records, nfcapdtest.Options{
				Layout1: layout1, Compression: c, Points: points, BlockRecords: 1 + p.random.IntN(40)}))
		}
	}
}

// sent adds captures of the messages on their way.
func (p *packing) sent() {
	path := func(mtu int) *netflowtest.Path {
		return &netflowtest.Path{
			Exporter:  netip.MustParseAddrPort([]string{"192.0.2.1:50000", "[2001:db8::1]:50000"}[p.random.IntN(2)]),
			Collector: netip.MustParseAddrPort("198.51.100.1:4739"), MTU: mtu, LastFragmentFirst: p.random.IntN(2) == 0,
		}
	}
	versions := []uint16{9, 10}
	if p.version == 4 {
		versions = append(versions, 5)
	}
	for _, version := range versions {
		for _, mtu := range []int{0, 300} {
			way := path(mtu)
			if way.Exporter.Addr().Is6() {
				way.Collector = netip.MustParseAddrPort("[2001:db8::2]:4739")
			}
			var frames []netflowtest.Frame
			for _, m := range p.messages(version, version == 10, false) {
				frames = append(frames, way.Datagram(p.at, m)...)
			}
			p.add(fmt.Sprintf("udp-version%d-%d", version, mtu), netflowtest.Pcap(frames...))
		}
	}
	way := path(0)
	way.Exporter = netip.MustParseAddrPort("192.0.2.1:50000")
	var frames []netflowtest.Frame
	for _, m := range p.messages(10, true, false) {
		frames = append(frames, way.Segments(p.at, m, 40+p.random.IntN(1400))...)
	}
	p.add("tcp", netflowtest.Pcap(frames...))
}

// containers gives the records in all formats.
func (p *packing) containers() []container {
	p.raw()
	p.collected()
	p.sent()
	return slices.Clone(p.all)
}
