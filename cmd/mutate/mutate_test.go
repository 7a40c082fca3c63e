package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

const captures = "../../testdata/capture"

// TestMain bounds the garbage of all tests, as that of a campaign is, however seldom the collector is told to run: the
// peak of the process, which campaigns check and which the processes that it starts begin with, is that of all tests before.
func TestMain(m *testing.M) {
	boundGarbage()
	os.Exit(m.Run())
}

func mustFind(t *testing.T) []string {
	t.Helper()
	paths, err := findCaptures([]string{captures})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestTrialsAreReproducible(t *testing.T) {
	paths := mustFind(t)
	distinct := make(map[[sha256.Size]byte]bool)
	for index := range uint64(200) {
		a, err := newTrial(3, index, paths)
		if err != nil {
			t.Fatal(err)
		}
		b, err := newTrial(3, index, paths)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.content, b.content) || a.String() != b.String() || !reflect.DeepEqual(a.settings, b.settings) {
			t.Errorf("%v came out differently a second time", a)
		}
		distinct[sha256.Sum256(a.content)] = true
	}
	if len(distinct) < 190 {
		t.Errorf("200 cases are %d different captures", len(distinct))
	}
}

// TestMutatorsDamage shows that each mutator changes most captures, never goes
// beyond them, and takes content that an earlier one has cut.
func TestMutatorsDamage(t *testing.T) {
	o, err := load(filepath.Join(captures, "lab-ping.pcap"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutators() {
		t.Run(m.name, func(t *testing.T) {
			changed := 0
			for seed := range uint64(100) {
				random := rand.New(rand.NewPCG(seed, 0))
				if !bytes.Equal(m.damage(random, o, slices.Clone(o.content)), o.content) {
					changed++
				}
				for _, length := range []int{1, 2, 30, 1000} {
					m.damage(random, o, slices.Clone(o.content[:length]))
				}
				m.damage(random, &original{content: o.content[:5]}, slices.Clone(o.content[:5]))
			}
			if changed < 80 {
				t.Errorf("%d of 100 captures are damaged", changed)
			}
		})
	}
}

// TestEditcapRate compares the share of damaged octets with that of editcap.
func TestEditcapRate(t *testing.T) {
	o, err := load(filepath.Join(captures, "lab-ping.pcap"), false)
	if err != nil {
		t.Fatal(err)
	}
	octets, changed := 0, 0
	for seed := range uint64(20) {
		content := editcap(rand.New(rand.NewPCG(seed, 0)), o, slices.Clone(o.content))
		at := 0
		for _, f := range o.frames {
			if !bytes.Equal(content[at:f.begin], o.content[at:f.begin]) {
				t.Fatalf("octets %d to %d are damaged and are of no frame", at, f.begin)
			}
			for i := f.begin; i < f.end; i++ {
				octets++
				if content[i] != o.content[i] {
					changed++
				}
			}
			at = f.end
		}
	}
	// Of 0.02 a few are chance hits of the octet that was there; a fill runs on
	// to the end of its frame.
	if rate := float64(changed) / float64(octets); rate < 0.015 || rate > 0.5 {
		t.Errorf("%f of the octets of frames are damaged", rate)
	}
}

func TestSurveyFindsFrames(t *testing.T) {
	for _, name := range []string{"lab-ping.pcap", "lab.pcapng", "pcap-modified.pcap", "pcapng-simple-packet.pcapng"} {
		t.Run(name, func(t *testing.T) {
			o, err := load(filepath.Join(captures, name), false)
			if err != nil {
				t.Fatal(err)
			}
			if len(o.frames) == 0 || len(o.frames) != len(o.records) {
				t.Fatalf("%d frames in %d records", len(o.frames), len(o.records))
			}
			inside := 0
			for i, f := range o.frames {
				if f.begin < o.records[i].begin || f.end > o.records[i].end {
					t.Errorf("frame %v is not in record %v", f, o.records[i])
				}
				inside += f.end - f.begin
			}
			for _, s := range o.outside() {
				inside += s.end - s.begin
			}
			if inside != len(o.content) {
				t.Errorf("frames and what is outside are %d octets, the capture has %d", inside, len(o.content))
			}
		})
	}
}

// TestFailuresAreSeen puts programs with faults in the place of the real one.
func TestFailuresAreSeen(t *testing.T) {
	calls := 0
	for _, test := range []struct {
		name string
		run  meterFunc
		want string
	}{
		{"panic", func([]byte, *settings, *layout) (outcome, error) { panic("out of range") }, "panic: out of range"},
		{"error", func([]byte, *settings, *layout) (outcome, error) { return outcome{}, errors.New("law C1") }, "law C1"},
		{"slow", func([]byte, *settings, *layout) (outcome, error) {
			time.Sleep(slowest + slowest/10)
			return outcome{}, nil
		}, "must not take longer"},
		{"layout", func([]byte, *settings, *layout) (outcome, error) {
			calls++
			return outcome{verdict: "metered", packets: uint64(calls)}, nil
		}, "depends on the layout"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tr, err := newTrial(1, 0, mustFind(t))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.try(test.run); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	written := filepath.Join(t.TempDir(), "one.capture")
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		want      string
	}{
		{"cases", []string{"-n", "200", "--seed", "5", captures}, 0, "200 cases of"},
		{"one", []string{"--one", "5:17", "-w", written, captures}, 0, "case 5:17"},
		{"bad name of a case", []string{"--one", "5", captures}, exitFailed, "expected SEED:INDEX"},
		{"no captures", []string{t.TempDir()}, exitFailed, "cannot find a capture"},
		{"unknown flag", []string{"--unknown"}, exitUsage, "unknown flag"},
		{"file without case", []string{"-w", written}, exitUsage, "only with --one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said bytes.Buffer
			if code := command(test.arguments, &said, &said); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, said.String())
			}
			if !strings.Contains(said.String(), test.want) {
				t.Errorf("said %q, want %q", said.String(), test.want)
			}
		})
	}
	want, err := newTrial(5, 17, mustFind(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(written); err != nil || !bytes.Equal(got, want.content) {
		t.Errorf("the capture of -w is not that of the case: %v", err)
	}
}

func TestFailedCasesAreKept(t *testing.T) {
	var said bytes.Buffer
	s := captureSubject(mustFind(t))
	s.run = func([]byte, *settings, *layout) (outcome, error) { panic("always") }
	c := &campaign{subject: s, seed: 2, size: 3, workers: 2, keep: t.TempDir(), errors: &said}
	var err error
	if c.underway, err = newUnderway(c.workers); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.start(), c.underway.remove()); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadDir(c.keep)
	if err != nil || len(kept) != 3 || c.failures != 3 {
		t.Errorf("%d failures, %d captures kept, want 3: %v", c.failures, len(kept), err)
	}
	for _, name := range []string{"case 2:0", "case 2:1", "case 2:2"} {
		if !strings.Contains(said.String(), name) {
			t.Errorf("%s is not reported: %s", name, said.String())
		}
	}
}
