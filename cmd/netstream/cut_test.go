package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/klauspost/compress/zstd"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
	"netstream/reader/netflow/netflowtest"
	"netstream/reader/nfcapd/nfcapdtest"
)

// cuttable is a file that is cut at every octet.
type cuttable struct {
	name   string
	octets []byte

	// prefix is how many octets at the front do not tell yet what the file is.
	prefix int

	// ends are the offsets behind which a file could end as it stands: those of the file
	// header, of records, and of messages. They come with the number of packets or flow
	// records in front of them.
	ends map[int]int

	// held gives the packets or flow records in front of other places; nil: those in front of
	// the last end.
	held func(cut int) int
}

// before gives how many packets or flow records are whole in front of a cut.
func (c *cuttable) before(cut int) int {
	if c.held != nil {
		return c.held(cut)
	}
	n := 0
	for end, held := range c.ends {
		if end <= cut {
			n = max(n, held)
		}
	}
	return n
}

// TestP2EveryCut (P2, G4) cuts files of twelve formats at every octet. A cut that is not at the end of
// a record is an error that names file and offset, with exit code 3, or 4 where nothing
// tells yet what the file is; and all packets and records in front of any cut are in the
// flow table.
func TestP2EveryCut(t *testing.T) {
	files := append(cuttableCaptures(t), cuttableExports(t)...)
	if len(files) != 12 {
		t.Fatalf("%d formats, want 12", len(files))
	}
	for _, file := range files {
		t.Run(file.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "cut")
			cuts, noticed := 0, 0
			for cut := range len(file.octets) {
				if testing.Short() && cut%5 > 0 {
					continue
				}
				cuts++
				if err := os.WriteFile(path, file.octets[:cut], 0o600); err != nil {
					t.Fatal(err)
				}
				if file.check(t, cut, path); t.Failed() {
					return
				}
				if _, clean := file.ends[cut]; !clean {
					noticed++
				}
			}
			t.Logf("assertion P2: %s, %d cuts, %d of %d that are no end of a record noticed, nothing in front of them lost", file.name, cuts, noticed, noticed)
		})
	}
}

var placed = regexp.MustCompile(`[a-z_]+ at offset (\d+)`)

// check runs the program on a file that is cut.
func (c *cuttable) check(t *testing.T, cut int, path string) {
	t.Helper()
	got := netstream("run", "-q", "-j", "1", "--memory", "128M", path, "-o", "csv", "-w", "-")
	offset := placed.FindStringSubmatch(got.errors)
	_, clean := c.ends[cut]
	switch {
	case clean && got.code == exitOK:
	case cut > 0 && cut < c.prefix && got.code == exitUsage && bytes.Contains([]byte(got.errors), []byte(path)):
		return
	case clean || got.code != exitDamaged || offset == nil || !bytes.Contains([]byte(got.errors), []byte(path)):
		t.Errorf("cut at %d: exit code %d: %s", cut, got.code, got.errors)
		return
	}
	if rows := sheetOf(t, got.out); c.count(t, rows) != c.before(cut) {
		t.Errorf("cut at %d: %d packets or flow records, want %d", cut, c.count(t, rows), c.before(cut))
	}
}

// count gives the packets of captures, the records of exports.
func (c *cuttable) count(t *testing.T, flows sheet) (n int) {
	t.Helper()
	for _, cells := range flows.rows {
		r := row{flows.columns, cells}
		if *r.cell("first_packet") == "" {
			n++
			continue
		}
		packets, err := strconv.Atoi(*r.cell("packets"))
		if err != nil {
			t.Fatal(err)
		}
		n += packets
	}
	return n
}

// firstPackets gives some packets of a capture of ours.
func firstPackets(t *testing.T, count int) []capturetest.Packet {
	t.Helper()
	file := []byte(readFile(t, captures, "split-whole.pcap"))
	var packets []capturetest.Packet
	for at := 24; len(packets) < count; {
		field := func(i int) uint32 { return binary.LittleEndian.Uint32(file[at+4*i:]) }
		captured := int(field(2))
		packets = append(packets, capturetest.Packet{
			Time: flow.Timestamp(field(0))*1e9 + flow.Timestamp(field(1))*1e3, Data: file[at+16 : at+16+captured], Length: field(3)})
		at += 16 + captured
	}
	return packets
}

// pcapEnds walks over the records of a pcap file as far as they go.
func pcapEnds(file []byte, order binary.ByteOrder) map[int]int {
	ends := make(map[int]int)
	at := 24
	for n := 0; at <= len(file); n++ {
		ends[at] = n
		if at+16 > len(file) {
			break
		}
		at += 16 + int(order.Uint32(file[at+8:]))
	}
	return ends
}

func cuttableCaptures(t *testing.T) []*cuttable {
	t.Helper()
	packets := firstPackets(t, 4)
	packets[1].Options = []capturetest.Option{{Code: 1, Value: []byte("note")}}
	var all []*cuttable
	for name, o := range map[string]capturetest.Options{
		"pcap, microseconds": {}, "pcap, nanoseconds": {Nanoseconds: true}, "pcap, big-endian": {Order: binary.BigEndian},
	} {
		order := binary.ByteOrder(binary.LittleEndian)
		if o.Order != nil {
			order = binary.BigEndian
		}
		var file bytes.Buffer
		if err := capturetest.WritePCAP(&file, o, packets); err != nil {
			t.Fatal(err)
		}
		all = append(all, &cuttable{name: name, octets: file.Bytes(), ends: pcapEnds(file.Bytes(), order)})
	}
	var file bytes.Buffer
	if err := capturetest.WritePCAPNG(&file, capturetest.Options{}, packets); err != nil {
		t.Fatal(err)
	}
	ng := &cuttable{name: "pcapng", octets: file.Bytes(), ends: make(map[int]int)}
	const enhanced = 6
	for at, n := 0, 0; at < len(ng.octets); ng.ends[at] = n {
		if binary.LittleEndian.Uint32(ng.octets[at:]) == enhanced {
			n++
		}
		at += int(binary.LittleEndian.Uint32(ng.octets[at+4:]))
	}
	return append(all, ng, cuttableGzip(t, packets), cuttableZstd(t, packets))
}

// cuttableGzip is a capture in gzip. What it holds in front of a cut the standard
// library says.
func cuttableGzip(t *testing.T, packets []capturetest.Packet) *cuttable {
	t.Helper()
	var plain, packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if err := capturetest.WritePCAP(io.MultiWriter(w, &plain), capturetest.Options{}, packets); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := &cuttable{ends: pcapEnds(plain.Bytes(), binary.LittleEndian)}
	return &cuttable{name: "gzip", octets: packed.Bytes(), prefix: 4, held: func(cut int) int {
		r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:cut]))
		if err != nil {
			return 0
		}
		expanded, _ := io.ReadAll(r) // the error is the cut
		return whole.before(len(expanded))
	}}
}

// cuttableZstd is a capture in zstd, with each record in a block of its own, which is the least
// that can be decompressed.
func cuttableZstd(t *testing.T, packets []capturetest.Packet) *cuttable {
	t.Helper()
	var packed bytes.Buffer
	w, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	blocks := &cuttable{ends: make(map[int]int)}
	for i := range packets {
		var record bytes.Buffer
		if err := capturetest.WritePCAP(&record, capturetest.Options{}, packets[i:i+1]); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			record.Next(24) // the header of the file
		}
		if _, err := w.Write(record.Bytes()); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		blocks.ends[packed.Len()] = i + 1
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &cuttable{name: "zstd", octets: packed.Bytes(), prefix: 4, held: blocks.before}
}

// cuttableExports are messages one behind the other and in captures, and nfcapd files.
func cuttableExports(t *testing.T) []*cuttable {
	t.Helper()
	const second, start = 1_000_000_000, flow.Timestamp(1_700_000_000) * 1_000_000_000
	records := netflowtest.Traffic(6, 4, start)
	template := netflowtest.IPv4Milliseconds(256)
	messagesOf := func(version uint16) [][]byte {
		device := netflowtest.Exporter{Version: version, Domain: 7, Boot: start - 3600*second, PerMessage: 2}
		var messages [][]byte
		if version > 8 {
			messages = append(messages, device.Message(start+60*second, device.Templates(template)))
		}
		return append(messages, device.Flows(start+60*second, &template, records)...)
	}
	var all []*cuttable
	for version, name := range map[uint16]string{5: "NetFlow 5", 9: "NetFlow 9", 10: "IPFIX file"} {
		file := &cuttable{name: name, prefix: 16, ends: make(map[int]int)}
		held := 0
		for i, m := range messagesOf(version) {
			if version == 9 {
				file.ends[len(file.octets)+20] = held // a message without sets: it does not tell its length
			}
			if version == 5 || i > 0 {
				held += 2
			}
			file.octets = append(file.octets, m...)
			file.ends[len(file.octets)] = held
		}
		all = append(all, file)
	}

	path := &netflowtest.Path{Exporter: netip.MustParseAddrPort("192.0.2.1:50000"), Collector: netip.MustParseAddrPort("198.51.100.1:4739")}
	var frames []netflowtest.Frame
	for i, m := range messagesOf(10) {
		frames = append(frames, path.Datagram(start+flow.Timestamp(60+i)*second, m)...)
	}
	capture := netflowtest.Pcap(frames...)
	ipfix := &cuttable{name: "IPFIX over UDP", octets: capture, ends: make(map[int]int)}
	for end, frames := range pcapEnds(capture, binary.BigEndian) {
		ipfix.ends[end] = 2 * max(0, frames-1)
	}
	return append(all, ipfix, cuttableNfcapd(t, records, true), cuttableNfcapd(t, records, false))
}

// cuttableNfcapd is a file of nfdump, of layout 1 or 2. Records of a block that is cut
// are read as far as they go.
func cuttableNfcapd(t *testing.T, records []flow.Record, layout1 bool) *cuttable {
	t.Helper()
	points := flow.NewPoints()
	point, err := points.Number(flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 7})
	if err != nil {
		t.Fatal(err)
	}
	records = netflowtest.Copy(records)
	for i := range records {
		records[i].Key.Point = point
		records[i].Export.Has = flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldOutIf
	}
	file := &cuttable{name: "nfcapd, layout 2", prefix: 40, ends: make(map[int]int)}
	if layout1 {
		file.name, file.prefix = "nfcapd, layout 1", 276
	}
	file.octets = nfcapdtest.File(records, nfcapdtest.Options{Points: points, BlockRecords: 3, Repeat: true, Layout1: layout1})
	within := &cuttable{ends: make(map[int]int)} // ends of records, which are no ends of blocks
	number := func(at, octets int) int {
		if octets == 2 {
			return int(binary.LittleEndian.Uint16(file.octets[at:]))
		}
		return int(binary.LittleEndian.Uint32(file.octets[at:]))
	}
	held := 0
	for block := file.prefix; block < len(file.octets); {
		file.ends[block] = held
		end := block + 12 + number(block+4, 4)
		for at := block + 12; at < end; at += number(at+2, 2) {
			if kind := number(at, 2); kind == 10 || kind == 11 { // flows of layout 1 and 2
				held++
				within.ends[at+number(at+2, 2)] = held
			}
		}
		block = end
	}
	file.held = within.before
	return file
}
