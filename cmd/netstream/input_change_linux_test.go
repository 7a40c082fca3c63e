package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
	"netstream/writer/manifest"
)

// interference is what another program does to an input that is being read.
type interference struct {
	name string
	do   func(c *changedInput) error

	// least and most are how many packets are read of the file, if it is changed while it is
	// open, or between its two openings; -1 where the run must end without output.
	open, reopened func(c *changedInput) (least, most int)
}

func interferences() []interference {
	all := func(n int) func(*changedInput) (int, int) { return func(*changedInput) (int, int) { return n, n } }
	return []interference{
		{"appender", func(c *changedInput) error {
			f, err := os.OpenFile(c.path, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				return err
			}
			_, err = f.Write(c.content[len(c.content)-changedRecord:])
			return errors.Join(err, f.Close())
		}, all(changedPackets), all(changedPackets + 1)},
		{"truncater", func(c *changedInput) error { return os.Truncate(c.path, int64(c.cut)) },
			func(c *changedInput) (int, int) { return c.left(), changedPackets },
			func(c *changedInput) (int, int) { return c.left(), c.left() }},
		{"renamer", func(c *changedInput) error {
			err := os.WriteFile(c.path+".new", c.content[:24+1000*changedRecord], 0o600)
			return errors.Join(err, os.Rename(c.path+".new", c.path))
		}, all(changedPackets), all(1000)},
		{"remover", func(c *changedInput) error { return os.Remove(c.path) }, all(changedPackets), all(-1)},
	}
}

// TestI1InputsChange (I1) changes an input at a random moment, while it is open or between
// its two openings. The run ends with exit code 3 and says so; what was in the file when it
// was opened, and still is, is all in the tables, and nothing else is.
func TestI1InputsChange(t *testing.T) {
	runs := figure(6, 100)
	for _, by := range interferences() {
		t.Run(by.name, func(t *testing.T) {
			t.Parallel()
			again := 0
			for seed := range runs {
				c := newChangedInput(t, by, rand.New(rand.NewPCG(seed, 1)))
				got := c.run(t)
				if !c.changed {
					t.Fatalf("run %d: the moment did not come in %d reads", seed, c.reads)
				}
				if c.reopened {
					again++
				}
				if c.check(t, got); t.Failed() {
					t.Fatalf("run %d, read %d, reopened %v", seed, c.moment, c.reopened)
				}
			}
			if again == 0 || again == int(runs) {
				t.Errorf("%d of %d changes were between two openings", again, runs)
			}
			t.Logf("assertion I1: %s, %d of %d changes noticed, %d of them between two openings", by.name, runs, runs, again)
		})
	}
}

// changedInput is a run over a file that changes while standard input is read, whose
// packets come at the same time.
type changedInput struct {
	by       interference
	folder   string
	path     string // of the file
	content  []byte
	cut      int  // its length once it is truncated
	moment   int  // read of standard input from which on it is changed
	reopened bool // it is closed then, and will be opened again
	more     []string

	stdin   *bytes.Reader
	reads   int
	changed bool
	failed  error
}

// The packets of the file and of standard input are a millisecond apart. The program is less
// than 7,500 packets ahead with the file: 2,048 of a batch, 1,000 of the reorder window, and
// what is read ahead. Until all inputs were looked at it has read less than 4,500 of standard
// input.
const (
	changedPackets = 9000
	shownPackets   = 1500 // of standard input
	lookedAt       = 4500
	changedFrame   = 300 // octets of a frame
	changedRecord  = 16 + changedFrame
)

func newChangedInput(t *testing.T, by interference, random *rand.Rand) *changedInput {
	c := &changedInput{by: by, folder: t.TempDir(), moment: random.IntN(shownPackets - 100), reopened: random.IntN(2) == 0}
	c.path = filepath.Join(c.folder, "input.pcap")
	from, shown := 0, shownPackets
	if c.reopened { // more than keepOpen inputs, and the last one comes when the others have ended
		shown += lookedAt
		from, c.moment = 2*shown, c.moment+lookedAt
		for i := range keepOpen {
			c.more = append(c.more, filepath.Join(c.folder, fmt.Sprintf("a%d.pcap", i)))
			must(t, os.WriteFile(c.more[i], datagrams(t, 100+i, 1, 0), 0o600))
		}
	}
	c.content = datagrams(t, 1, changedPackets, from)
	c.cut = 24 + random.IntN(len(c.content)-24)
	must(t, os.WriteFile(c.path, c.content, 0o600))
	c.stdin = bytes.NewReader(datagrams(t, 2, shown, 1))
	return c
}

// datagrams gives a capture of UDP packets of one flow, from a host, a millisecond apart.
func datagrams(t *testing.T, host, count, from int) []byte {
	t.Helper()
	packets := make([]capturetest.Packet, count)
	for i := range packets {
		frame := make([]byte, changedFrame)
		copy(frame, []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0})
		copy(frame[14:], []byte{0x45, 0, (changedFrame - 14) >> 8, (changedFrame - 14) & 0xff, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, byte(host), 10, 0, 1, 0})
		copy(frame[34:], []byte{0x10, 0, 0, 53, (changedFrame - 34) >> 8, (changedFrame - 34) & 0xff})
		packets[i] = capturetest.Packet{Time: 1_700_000_000e9 + 1e6*flow.Timestamp(from+i), Data: frame}
	}
	return pcap(t, capturetest.Options{}, packets)
}

// Read gives one record of standard input at a time, and changes the file when the moment
// has come and the program has it open, or will open it again.
func (c *changedInput) Read(p []byte) (int, error) {
	if c.reads++; !c.changed && c.reads > c.moment && (c.reopened || isOpen(c.path)) {
		c.changed = true
		c.failed = c.by.do(c)
	}
	return c.stdin.Read(p[:min(len(p), changedRecord)])
}

// isOpen says whether this process has a file open.
func isOpen(path string) bool {
	open, _ := filepath.Glob("/proc/self/fd/*")
	return slices.ContainsFunc(open, func(fd string) bool {
		target, err := os.Readlink(fd)
		return err == nil && target == path
	})
}

func (c *changedInput) run(t *testing.T) ending {
	t.Helper()
	got := netstreamWith(io.Reader(c), slices.Concat([]string{"run", "-q", "-o", "csv", "-w", filepath.Join(c.folder, "out"), "-", c.path}, c.more)...)
	must(t, c.failed)
	return got
}

// left gives the whole packets of the file once it is truncated.
func (c *changedInput) left() int { return (c.cut - 24) / changedRecord }

func (c *changedInput) check(t *testing.T, got ending) {
	t.Helper()
	if got.code != exitDamaged || !strings.Contains(got.errors, c.path) {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	least, most := c.by.open(c)
	if c.reopened {
		least, most = c.by.reopened(c)
	}
	there, err := readManifest(filepath.Join(c.folder, "out"))
	if most < 0 {
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("there is an output: %v", err)
		}
		return
	}
	must(t, err)
	in := there.Inputs[slices.IndexFunc(there.Inputs, func(in manifest.Input) bool { return in.Name == c.path })]
	changed := slices.ContainsFunc(in.Damages, func(d manifest.Damage) bool { return d.Kind == "input_changed" })
	// The message is of the first damage, which a truncated file has before its end.
	said := strings.Contains(got.errors, "input_changed") || strings.Contains(got.errors, "truncated_input") && len(in.Damages) == 2
	if !changed || !said || there.Complete {
		t.Errorf("damages %v in run.json, complete %v; the run says %s", in.Damages, there.Complete, got.errors)
	}
	flows := sheetOf(t, readFile(t, c.folder, "out", "flows.csv")).where(func(r row) bool { return *r.cell("src_ip") == "10.0.0.1" })
	packets := 0
	for _, cells := range flows.rows {
		packets += number(t, row{flows.columns, cells}, "packets")
	}
	if uint64(packets) != in.Packets || packets < least || packets > most {
		t.Errorf("%d packets in the flow table, %d in run.json, want %d to %d", packets, in.Packets, least, most)
	}
}
