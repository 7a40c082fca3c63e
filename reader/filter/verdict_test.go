package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var record = flag.Bool("record", false, "write testdata/verdicts.txt anew, as tcpdump says (4.99.3 with libpcap 1.10.3)")

// group is the frames of one link type and byte order.
type group struct {
	capture Capture
	frames  [][]byte
}

func (g *group) String() string {
	if g.capture.BigEndian {
		return fmt.Sprintf("%d big-endian", g.capture.LinkType)
	}
	return fmt.Sprint(g.capture.LinkType)
}

// groups gives the handmade frames by link type. Behind the whole ones come those
// of the first one of each link type that are cut, at every length.
func groups() []*group {
	var all []*group
	byName := make(map[string]*group)
	for _, h := range handmades() {
		g := &group{capture: Capture{LinkType: h.linkType, BigEndian: h.bigEndian}}
		if known := byName[g.String()]; known != nil {
			g = known
		} else {
			byName[g.String()] = g
			all = append(all, g)
		}
		g.frames = append(g.frames, h.octets)
	}
	for _, g := range all {
		first := g.frames[0]
		for n := range min(len(first), 64) {
			g.frames = append(g.frames, first[:n])
		}
	}
	return all
}

func testExpressions(t testing.TB) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "expressions.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// originalLength is that of all frames, whatever was captured of them.
const originalLength = 100

// verdictsOf gives a character a frame, or that the filter is refused.
func verdictsOf(g *group, expression string) string {
	parsed, err := Parse(expression)
	if err != nil {
		return "refused"
	}
	program, err := parsed.Compile(g.capture)
	if err != nil {
		return "refused"
	}
	verdicts := make([]byte, len(g.frames))
	for i, octets := range g.frames {
		verdicts[i] = '.'
		if program.Match(octets, max(originalLength, uint32(len(octets)))) {
			verdicts[i] = '1'
		}
	}
	return string(verdicts)
}

// TestVerdicts compares with verdicts that were recorded from tcpdump.
func TestVerdicts(t *testing.T) {
	name := filepath.Join("testdata", "verdicts.txt")
	if *record {
		recordVerdicts(t, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		key, verdicts, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		want[key] = verdicts
	}
	var selected int
	for _, g := range groups() {
		for _, expression := range testExpressions(t) {
			key := g.String() + " " + expression
			got := verdictsOf(g, expression)
			if want[key] == "" || unpack(want[key]) != got {
				t.Errorf("link type %s:\ngot  %s\nwant %s", key, got, unpack(want[key]))
			}
			selected += strings.Count(got, "1")
			delete(want, key)
		}
	}
	for key := range want {
		t.Errorf("verdicts of %q are recorded, but not compared", key)
	}
	if selected < 1000 {
		t.Errorf("only %d frames were selected", selected)
	}
}

// pack shortens runs of equal characters, unpack lengthens them again.
func pack(verdicts string) string {
	if verdicts == "refused" {
		return verdicts
	}
	var short strings.Builder
	for verdicts != "" {
		n := len(verdicts) - len(strings.TrimLeft(verdicts, verdicts[:1]))
		fmt.Fprintf(&short, "%s%d ", verdicts[:1], n)
		verdicts = verdicts[n:]
	}
	return strings.TrimSpace(short.String())
}

func unpack(short string) string {
	if short == "refused" {
		return short
	}
	var verdicts strings.Builder
	for _, run := range strings.Fields(short) {
		var n int
		fmt.Sscan(run[1:], &n)
		verdicts.WriteString(strings.Repeat(run[:1], n))
	}
	return verdicts.String()
}

// recordVerdicts asks tcpdump.
func recordVerdicts(t *testing.T, name string) {
	t.Helper()
	var all bytes.Buffer
	for _, g := range groups() {
		file := filepath.Join(t.TempDir(), "frames.pcap")
		if err := os.WriteFile(file, g.pcap(), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, expression := range testExpressions(t) {
			fmt.Fprintf(&all, "%s %s\t%s\n", g, expression, pack(recorded(t, file, len(g.frames), expression)))
		}
	}
	if err := os.WriteFile(name, all.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pcap gives the frames as a file, with their numbers as times.
func (g *group) pcap() []byte {
	var order binary.AppendByteOrder = binary.LittleEndian
	if g.capture.BigEndian {
		order = binary.BigEndian
	}
	file := order.AppendUint32(nil, 0xa1b2c3d4)
	file = order.AppendUint16(order.AppendUint16(file, 2), 4)
	file = order.AppendUint32(append(file, make([]byte, 8)...), 1<<18)
	file = order.AppendUint32(file, uint32(g.capture.LinkType))
	for i, octets := range g.frames {
		for _, word := range []uint32{uint32(i), 0, uint32(len(octets)), max(originalLength, uint32(len(octets)))} {
			file = order.AppendUint32(file, word)
		}
		file = append(file, octets...)
	}
	return file
}

// recorded gives tcpdump's verdicts.
func recorded(t *testing.T, file string, frames int, expression string) string {
	t.Helper()
	var messages bytes.Buffer
	cmd := exec.Command("tcpdump", "-n", "-r", file, "-w", "-", "--", expression)
	cmd.Stderr = &messages
	out, err := cmd.Output()
	var failed *exec.ExitError
	verdicts := bytes.Repeat([]byte{'.'}, frames)
	switch {
	case errors.As(err, &failed) && strings.Contains(messages.String(), "expression rejects all packets"):
		return string(verdicts)
	case errors.As(err, &failed):
		return "refused"
	case err != nil:
		t.Fatal(err)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if order.Uint32(out) != 0xa1b2c3d4 {
		order = binary.BigEndian
	}
	for rest := out[24:]; len(rest) > 0; rest = rest[16+order.Uint32(rest[8:]):] {
		verdicts[order.Uint32(rest)] = '1'
	}
	return string(verdicts)
}
