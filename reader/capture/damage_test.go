package capture_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
	"netstream/reader/damage"
)

// oddPackets are such that a file of them has every kind of block and option.
func oddPackets() []capturetest.Packet {
	o := capturetest.Options{}
	packets := samplePackets(6)
	packets[1].Options = []capturetest.Option{{Code: 1, Value: []byte("note")}, {Code: 2, Value: []byte{1, 0, 0, 0}}}
	packets[2].Block = capturetest.Obsolete
	packets[3].Block, packets[3].Length = capturetest.Simple, 0
	packets[4].Before = capturetest.RawBlock(o, 4, []byte("names"))
	packets[5].Before = capturetest.RawBlock(o, 0xbad, []byte("custom"))
	return packets
}

// edges gives the offsets at which a file can end without being cut.
func edges(t *testing.T, file []byte, big bool) map[int]bool {
	t.Helper()
	order := binary.ByteOrder(binary.LittleEndian)
	if big {
		order = binary.BigEndian
	}
	found := map[int]bool{}
	if order.Uint32(file) == 0x0a0d0d0a {
		for at := 0; at < len(file); found[at] = true {
			at += int(order.Uint32(file[at+4:]))
		}
		return found
	}
	found[24] = true
	for at := 24; at < len(file); found[at] = true {
		at += 16 + int(order.Uint32(file[at+8:]))
	}
	return found
}

// Every cut that is not between two records is reported with its place, and
// costs no frame before it.
func TestEveryCut(t *testing.T) {
	ng := capturetest.Options{Order: binary.LittleEndian, Interfaces: []capturetest.Interface{{Name: "eth0", Resolution: 9}}}
	sections := append(pcapngFile(t, ng, oddPackets()), pcapngFile(t, ng, samplePackets(2))...)
	for _, tt := range []struct {
		name string
		file []byte
		big  bool
	}{
		{"pcap", pcapFile(t, capturetest.Options{}, samplePackets(6)), false},
		{"pcap, big endian, nanoseconds", pcapFile(t, capturetest.Options{Order: binary.BigEndian, Nanoseconds: true}, samplePackets(6)), true},
		{"pcapng", sections, false},
		{"pcapng, big endian", pcapngFile(t, capturetest.Options{Order: binary.BigEndian}, samplePackets(6)), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clean := edges(t, tt.file, tt.big)
			whole := read(t, tt.file, 1<<16).sound(t)
			for cut := range len(tt.file) {
				for _, size := range []int{64, 4095} {
					checkCut(t, read(t, tt.file[:cut], size), whole, cut, clean[cut])
				}
			}
		})
	}
}

func checkCut(t *testing.T, got, whole reading, cut int, clean bool) {
	t.Helper()
	before := 0
	for i, f := range whole.frames {
		next := int64(1 << 60)
		if i+1 < len(whole.frames) {
			next = whole.frames[i+1].Offset
		}
		if end := f.Offset + 16 + int64(len(f.Data)); end <= int64(cut) && (next <= int64(cut) || i < len(got.frames)) {
			before++
		}
	}
	if len(got.frames) != before {
		t.Fatalf("cut at %d: %d frames, want %d", cut, len(got.frames), before)
	}
	if clean {
		got.sound(t)
		return
	}
	if got.err != nil {
		return // the file header is cut: NewReader says so, and TestNewReaderRefuses what
	}
	if len(got.damages) != 1 {
		t.Fatalf("cut at %d: damages %v", cut, got.damages)
	}
	d := got.damages[0]
	if d.Kind != damage.Truncated || !d.Fatal || d.Offset+d.Length != int64(cut) || d.Number != uint64(before) ||
		got.tally.Octets.Damaged != d.Length {
		t.Fatalf("cut at %d: %+v, octets %+v", cut, d, got.tally.Octets)
	}
}

// Of a block whose inside is wrong only the block is lost; where its lengths are
// wrong, everything behind it.
func TestPCAPNGDamagedBlocks(t *testing.T) {
	o := capturetest.Options{}
	packet := func(number int, captured uint32) []byte {
		return capturetest.PacketBlock(o, capturetest.Packet{Data: []byte("abcd"), Interface: number}, 0, captured)
	}
	lengths := func(head, tail uint32) []byte {
		block := packet(0, 4)
		binary.LittleEndian.PutUint32(block[4:], head)
		binary.LittleEndian.PutUint32(block[len(block)-4:], tail)
		return block
	}
	section := func(change func(block []byte)) []byte {
		block := capturetest.SectionBlock(o)
		change(block)
		return block
	}
	for _, tt := range []struct {
		name  string
		block []byte
		kind  damage.Kind
		fatal bool
		lost  uint64
		says  string
	}{
		{"captured length one beyond", packet(0, 5), damage.BadBlock, false, 1, "captured length 5, want at most 4"},
		{"captured length 2^32-1", packet(0, 1<<32-1), damage.BadBlock, false, 1, "4294967295"},
		{"interface past the table", packet(1, 4), damage.BadBlock, false, 1, "interface 1, the section describes 1"},
		{"interface 2^32-1", packet(-1, 4), damage.BadBlock, false, 1, "interface 4294967295"},
		{"packet block of 16 octets", capturetest.RawBlock(o, 6, []byte("abcd")), damage.BadBlock, false, 1, "16 octets, want at least 32"},
		{"packet block of 12 octets", capturetest.RawBlock(o, 6, nil), damage.BadBlock, false, 1, "12 octets"},
		{"obsolete packet block of 12 octets", capturetest.RawBlock(o, 2, nil), damage.BadBlock, false, 1, "12 octets"},
		{"simple packet block of 12 octets", capturetest.RawBlock(o, 3, nil), damage.BadBlock, false, 1, "want at least 16"},
		{"simple packet longer than its block", capturetest.SimpleBlock(o, 5, []byte("abcd")), damage.BadBlock, false, 1, "length 5"},
		{"interface block of 16 octets", capturetest.RawBlock(o, 1, []byte("abcd")), damage.BadBlock, false, 0, "want at least 20"},
		{"option past its block", capturetest.RawBlock(o, 1, []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9, 0, 1, 2, 3, 4}), damage.BadBlock, false, 0, "option 2 has 9 octets, the block has 4"},
		{"length 0", lengths(0, 0), damage.BadLength, true, 0, "length 0"},
		{"length 4", lengths(4, 4), damage.BadLength, true, 0, "length 4"},
		{"length 8", lengths(8, 8), damage.BadLength, true, 0, "length 8"},
		{"length 11", lengths(11, 11), damage.BadLength, true, 0, "length 11"},
		{"length 13", lengths(13, 13), damage.BadLength, true, 0, "length 13"},
		{"length 4 GB", lengths(1<<32-4, 1<<32-4), damage.BadLength, true, 0, "length 4294967292"},
		{"length 16 MiB and 4", lengths(16<<20+4, 0), damage.BadLength, true, 0, "16777220"},
		{"length 16 MiB", lengths(16<<20, 0), damage.Truncated, true, 0, "of 16777216 octets"},
		{"trailer differs", lengths(36, 40), damage.BadBlock, true, 0, "36 at its head and 40 at its end"},
		{"section of 1 MiB and 4", section(func(b []byte) { binary.LittleEndian.PutUint32(b[4:], 1<<20+4) }), damage.BadLength, true, 0, "1048580"},
		{"section without byte order", section(func(b []byte) { b[8] = 0 }), damage.BadBlock, true, 0, "byte-order magic 00 3c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := pcapngFile(t, o, samplePackets(2))
			at := int64(len(file))
			file = append(file, tt.block...)
			for i, p := range samplePackets(3) {
				file = append(file, capturetest.PacketBlock(o, p, uint64(i), uint32(len(p.Data)))...)
			}
			got := read(t, file, 64)
			checkSays(t, got, tt.says)
			d := got.damages[0]
			if d.Kind != tt.kind || d.Fatal != tt.fatal || d.Offset != at || d.Number != 2+tt.lost {
				t.Errorf("damage %+v", d)
			}
			frames := 5
			if tt.fatal {
				frames = 2
			}
			if len(got.frames) != frames || got.tally.LostPackets != tt.lost {
				t.Errorf("%d frames, want %d; lost %d", len(got.frames), frames, got.tally.LostPackets)
			}
			if !tt.fatal && got.frames[4].Number != 5+tt.lost {
				t.Errorf("last frame has number %d", got.frames[4].Number)
			}
		})
	}
}

// An interface whose description cannot be read keeps its number, so that the
// packets of the next one are not taken for its own.
func TestUnreadableInterfaceKeepsItsNumber(t *testing.T) {
	o := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0"}}}
	file := append(pcapngFile(t, o, nil), capturetest.RawBlock(o, 1, nil)...)
	file = append(file, capturetest.InterfaceBlock(o, capturetest.Interface{Name: "eth2"})...)
	for number := range 3 {
		file = append(file, capturetest.PacketBlock(o, capturetest.Packet{Data: []byte{1}, Interface: number}, 1, 1)...)
	}
	got := read(t, file, 64)
	if len(got.frames) != 2 || got.interfaces[got.frames[1].Interface].Name != "eth2" || got.tally.LostPackets != 1 || len(got.damages) != 2 {
		t.Errorf("frames %+v, damages %v", got.frames, got.damages)
	}
}

func TestPCAPNGVersions(t *testing.T) {
	for _, tt := range []struct {
		major, minor uint16
		frames       int
		says         string
	}{
		{1, 0, 5, ""}, {1, 2, 5, ""}, {1, 1, 5, "version 1.1, read as 1.0"},
		{2, 0, 3, "version 2.0, want 1.0; the section is skipped"}, {0, 0, 3, "version 0.0"},
	} {
		file := pcapngFile(t, capturetest.Options{}, samplePackets(2))
		binary.LittleEndian.PutUint16(file[12:], tt.major)
		binary.LittleEndian.PutUint16(file[14:], tt.minor)
		file = append(file, pcapngFile(t, capturetest.Options{Order: binary.BigEndian}, samplePackets(3))...)
		got := read(t, file, 64)
		checkSays(t, got, tt.says)
		if len(got.frames) != tt.frames {
			t.Errorf("version %d.%d: %d frames, want %d", tt.major, tt.minor, len(got.frames), tt.frames)
		}
	}
}

func TestShortSectionHeader(t *testing.T) {
	file := capturetest.RawBlock(capturetest.Options{}, 0x0a0d0d0a, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0})
	file = append(file, pcapngFile(t, capturetest.Options{}, samplePackets(3))[28:]...) // belongs to the bad section
	file = append(file, pcapngFile(t, capturetest.Options{}, samplePackets(2))...)
	got := read(t, file, 64)
	checkSays(t, got, "section header block of 20 octets, want at least 28")
	if len(got.frames) != 2 || got.tally.Sections != 2 {
		t.Errorf("%d frames of %d sections", len(got.frames), got.tally.Sections)
	}
}

func TestPCAPNGZeroTail(t *testing.T) {
	file := append(pcapngFile(t, capturetest.Options{}, samplePackets(3)), make([]byte, 5000)...)
	got := read(t, file, 64)
	if len(got.frames) != 3 || len(got.damages) != 1 || got.damages[0].Kind != damage.TrailingBytes || got.tally.Octets.Trailing != 5000 {
		t.Errorf("damages %v, octets %+v", got.damages, got.tally.Octets)
	}
}

// allocated runs f and gives the octets that it allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// drainFrames reads with the default buffer and keeps nothing.
func drainFrames(file []byte) (damages int) {
	r, err := capture.NewReader(bytes.NewReader(file))
	for f := (capture.Frame{}); err != io.EOF; err = r.Next(&f) {
		if err != nil {
			damages++
		}
	}
	return damages
}

// A length field costs no memory, whatever it says.
func TestLengthsCostNoMemory(t *testing.T) {
	o := capturetest.Options{SnapLen: 1<<32 - 1}
	for k := range 33 {
		for _, d := range []int64{-1, 0, 1} {
			length := uint32(min(max(int64(1)<<k+d, 0), 1<<32-1))
			record := append(capturetest.PCAPHeader(o), capturetest.PCAPRecord(o, 1, 0, length, length, nil)...)
			inBlock := append(pcapngFile(t, o, nil), capturetest.PacketBlock(o, capturetest.Packet{}, 1, length)...)
			block := append(pcapngFile(t, o, nil), 6, 0, 0, 0)
			block = append(binary.LittleEndian.AppendUint32(block, length), make([]byte, 28)...)
			simple := append(pcapngFile(t, o, nil), capturetest.SimpleBlock(o, length, nil)...)
			for name, file := range map[string][]byte{"record": record, "captured": inBlock, "block": block, "simple": simple} {
				damages := 0
				if used := allocated(func() { damages = drainFrames(file) }); used > 2<<20 {
					t.Fatalf("%s with length %d: %d octets allocated for a file of %d", name, length, used, len(file))
				}
				if damages != 1 && length != 0 && !(name == "block" && length == 36) {
					t.Fatalf("%s with length %d: %d damages", name, length, damages)
				}
			}
		}
	}
}

func TestInterfaceFlood(t *testing.T) {
	o := capturetest.Options{}
	block := capturetest.InterfaceBlock(o, capturetest.Interface{})
	file := append(capturetest.SectionBlock(o), bytes.Repeat(block, 1_000_000)...)
	file = append(file, capturetest.PacketBlock(o, capturetest.Packet{Data: []byte{1}, Interface: capture.MaxInterfaces - 1}, 1, 1)...)
	used := allocated(func() {
		got := read(t, file, 1<<20)
		if len(got.interfaces) != capture.MaxInterfaces || len(got.frames) != 1 || len(got.damages) != capture.MaxReports {
			t.Errorf("%d interfaces, %d frames, %d damages", len(got.interfaces), len(got.frames), len(got.damages))
		}
		if n := got.tally.Damages[damage.BadBlock]; n != 1_000_000-capture.MaxInterfaces {
			t.Errorf("%d damaged places", n)
		}
	})
	if used > 400<<20 {
		t.Errorf("%d octets allocated in all", used)
	}
}

func TestInterfaceTextIsBounded(t *testing.T) {
	o := capturetest.Options{}
	block := capturetest.InterfaceBlock(o, capturetest.Interface{Name: strings.Repeat("n", 60_000)})
	file := append(capturetest.SectionBlock(o), bytes.Repeat(block, 300)...)
	for number := range 300 {
		file = append(file, capturetest.PacketBlock(o, capturetest.Packet{Interface: number}, 1, 0)...)
	}
	got := read(t, file, 1<<20)
	text := 0
	for _, i := range got.interfaces {
		text += len(i.Name)
	}
	if named := capture.MaxInterfaceText / 60_000; text != named*60_000 || len(got.frames) != named || got.tally.LostPackets != uint64(300-named) {
		t.Errorf("%d octets of names, %d frames, %d lost", text, len(got.frames), got.tally.LostPackets)
	}
}

func TestOptionFlood(t *testing.T) {
	o := capturetest.Options{}
	for _, tt := range []struct {
		octets int
		says   string
	}{{capture.MaxOptionsLength, ""}, {capture.MaxOptionsLength + 4, "at most 1048576 are read"}} {
		body := make([]byte, 20, 20+tt.octets)
		for range tt.octets / 4 {
			body = append(body, 1, 0, 0, 0)
		}
		file := append(pcapngFile(t, o, nil), capturetest.RawBlock(o, 6, body)...)
		got := read(t, file, 4095)
		checkSays(t, got, tt.says)
		if len(got.frames) != 1 {
			t.Errorf("%d frames", len(got.frames))
		}
	}
}

// Random damage in a file never breaks the accounts, and the buffer's size never
// shows.
func TestMutations(t *testing.T) {
	ng := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0", Resolution: 9, FCSLength: 4}}}
	files := [][]byte{
		pcapFile(t, capturetest.Options{SnapLen: 1 << 30}, samplePackets(20)),
		append(pcapngFile(t, ng, oddPackets()), pcapngFile(t, capturetest.Options{Order: binary.BigEndian}, oddPackets())...),
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 4000 {
		file := bytes.Clone(files[i%2])
		for range 1 + random.IntN(len(file)/50) {
			file[random.IntN(len(file))] = byte(random.Uint32())
		}
		sameForEverySize(t, file)
	}
}

// sameForEverySize checks that an input reads the same through buffers of all
// sizes.
func sameForEverySize(t testing.TB, file []byte) {
	t.Helper()
	want := fingerprint(read(t, file, 64))
	for _, size := range []int{4095, 1 << 16} {
		if got := fingerprint(read(t, file, size)); got != want {
			t.Fatalf("buffer of %d octets:\n%s\nof 64:\n%s", size, got, want)
		}
	}
}

func fingerprint(got reading) string {
	var text strings.Builder
	for _, f := range got.frames {
		fmt.Fprintf(&text, "%+v\n", f)
	}
	for _, d := range got.damages {
		fmt.Fprintf(&text, "%+v\n", *d)
	}
	fmt.Fprintf(&text, "%+v\n%+v\n%v", got.tally, got.interfaces, got.err)
	return text.String()
}
