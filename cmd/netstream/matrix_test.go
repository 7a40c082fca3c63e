package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/naive/randomcapture"
)

// cell is one way of doing a job that must not matter.
type cell struct {
	workers, chunk int
	input          string // how the octets come: plain, gz, zst or stdin
	spill          bool
}

func (c cell) String() string {
	return fmt.Sprintf("%d workers, chunks of %d, %s, spill %v", c.workers, c.chunk, c.input, c.spill)
}

// cells gives all 96. Each way of one kind stands beside each of the others.
func cells() (all []cell) {
	for _, input := range []string{"plain", "gz", "zst", "stdin"} {
		for _, workers := range []int{1, 2, 3, 8} {
			for _, chunk := range []int{4<<10 - 1, 64 << 10, 1 << 20} {
				for _, spill := range []bool{false, true} {
					all = append(all, cell{workers, chunk, input, spill})
				}
			}
		}
	}
	return all
}

// littleMemory is far below what the flag allows, so that captures and exports of some
// megabytes do not fit.
const littleMemory = 1 << 20

// matrixJob is a job with its input.
type matrixJob struct {
	name    string
	content []byte
	flags   []string
	flows   bool // are metered, so that they can exceed the flow cache
}

func matrixJobs(t *testing.T) []matrixJob {
	t.Helper()
	capture := manyFlows(t)
	random := rand.New(rand.NewPCG(96, 1))
	records := newPacking(random, 4, randomFlows(random, 4, 4000, 20*time.Minute)).containers()
	schemes := []string{"-A", "protocol-port", "-A", "hosts=src_ip,dst_ip", "--distinct"}
	return []matrixJob{
		{"a capture", capture, nil, true},
		{"biflows of a capture with schemes", capture, append([]string{"--biflow", "-o", "csv"}, schemes...), true},
		{"exports with schemes", records[0].content, schemes, false},
	}
}

// manyFlows gives a random capture between thousands of flows of two packets, all of them
// open at a time.
func manyFlows(t *testing.T) []byte {
	t.Helper()
	packets := randomcapture.New(1, randomcapture.Options{Packets: 4000, Disorder: randomcapture.Hostile})
	slices.SortStableFunc(packets, func(a, b randomcapture.Packet) int { return int(a.Time - b.Time) })
	start := packets[len(packets)/2].Time
	var flood []randomcapture.Packet
	for i := range 6000 {
		n := i % 3000
		frame := slices.Concat([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0},
			[]byte{10, 1, byte(n >> 8), byte(n)}, []byte{192, 0, 2, byte(n % 5)}, []byte{byte(n >> 4), byte(n), 0, 53, 0, 8, 0, 0})
		flood = append(flood, randomcapture.Packet{Time: start + int64(i)*100_000, Frame: frame, WireLength: uint32(len(frame))})
	}
	return encoded(slices.Concat(packets[:len(packets)/2], flood, packets[len(packets)/2:]))
}

// G5: the 96 cells of workers, sizes of reads, ways of input and memory give the same octets
// in each file, run.json included, for one way of input, and the same tables and totals for
// all of them. Where inputs differ in name and in how they are stored, so do the ledger, the
// table of exporters and what run.json says of the input.
func TestMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("the cells take turns")
	}
	some := figure(24, 96) < 96
	for _, job := range matrixJobs(t) {
		t.Run(job.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			stored := map[string]string{"stdin": "-"}
			for _, input := range []struct{ name, file string }{{"plain", "a"}, {"gz", "a.gz"}, {"zst", "a.zst"}} {
				content := job.content
				if input.name != "plain" {
					content = compressed(t, compressors[map[string]int{"gz": 0, "zst": 1}[input.name]].open, content)
				}
				stored[input.name] = filepath.Join(dir, input.file)
				if err := os.WriteFile(stored[input.name], content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			first := make(map[string]map[string]string) // files of the first cell, by way of input
			compared := 0
			for i, c := range cells() {
				// Of the 24 cells with one way of input there is one for each size and memory.
				if spill := i % 2; some && (i/6+i/2%3+2*spill+i/24)%4 != 0 {
					continue
				}
				got := job.in(t, c, stored[c.input])
				if want := first[c.input]; want == nil {
					first[c.input] = got
				} else {
					mustBeSameFiles(t, c.String(), got, want)
				}
				mustBeSameTables(t, c.String(), got, first["plain"])
				compared++
			}
			if want := int(figure(24, 96)); compared != want {
				t.Errorf("%d cells, want %d", compared, want)
			}
		})
	}
}

// in runs the job in a cell and gives the files of the output.
func (job *matrixJob) in(t *testing.T, c cell, input string) map[string]string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	var o runOptions
	flags := newFlags("run")
	o.addFlags(flags)
	args := slices.Concat(job.flags, []string{"-v", "-w", out, "-j", fmt.Sprint(c.workers), input})
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	if err := o.validate(flags); err != nil {
		t.Fatal(err)
	}
	o.readSize = c.chunk
	if o.memory = 1 << 40; c.spill {
		o.memory = littleMemory
	}
	defer debug.SetMemoryLimit(math.MaxInt64) // runs set it
	var said bytes.Buffer
	console := &console{in: chunks{bytes.NewReader(job.content), c.chunk}, out: io.Discard, err: &said}
	if err := runCaptures(context.Background(), console, &o, flags.Args()); err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	if waited := strings.Contains(said.String(), "packets waited in"); job.flows && waited != c.spill {
		t.Errorf("%v: packets were set aside: %v\n%s", c, waited, &said)
	}
	files := make(map[string]string)
	err := filepath.WalkDir(out, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files[strings.TrimPrefix(path, out+"/")] = readFile(t, path)
		}
		return err
	})
	if err != nil || len(files) < 5 {
		t.Fatalf("%v: %d files: %v", c, len(files), err)
	}
	return files
}

// chunks gives so many octets at a time.
type chunks struct {
	r    io.Reader
	size int
}

func (c chunks) Read(p []byte) (int, error) { return c.r.Read(p[:min(len(p), c.size)]) }

func mustBeSameFiles(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d files, want %d", what, len(got), len(want))
	}
}

// mustBeSameTables compares all tables but those that have names and sizes of inputs, the
// ledger and that of exporters, and what run.json says of them and of the run.
func mustBeSameTables(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		table, _, _ := strings.Cut(name, ".")
		if !slices.Contains([]string{"run", "SHA256SUMS", "ledger", "exporters"}, table) && got[name] != want[name] {
			t.Errorf("%s: %s differs from that of the plain file", what, name)
		}
	}
	result := func(text string) map[string]any {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		for _, input := range m["inputs"].([]any) {
			in := input.(map[string]any)
			for _, stored := range []string{"name", "size", "sha256", "compression", "layers"} {
				delete(in, stored)
			}
		}
		m["outputs"] = slices.DeleteFunc(m["outputs"].([]any), func(o any) bool {
			return slices.Contains([]any{"ledger", "exporters"}, o.(map[string]any)["table"])
		})
		return m
	}
	a, b := result(got["run.json"]), result(want["run.json"])
	for key := range b {
		x, y := fmt.Sprint(a[key]), fmt.Sprint(b[key])
		if x != y {
			t.Errorf("%s: %s in run.json differs from that of the plain file:\n%.600s\n%.600s", what, key, x, y)
		}
	}
}
