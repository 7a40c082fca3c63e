package duckdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// root is the module of the program, as seen from here.
const root = "../.."

// binaries is where the programs under test are.
var binaries string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "netstream-duckdb-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), "./cmd/netstream", "./cmd/netgen")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot build the programs: %v\n%s", err, output)
		return 1
	}
	binaries = dir
	return m.Run()
}

// setting is what the tables depend on besides the inputs.
type setting struct {
	name    string
	unit    string // "us" or "ns"
	withMAC bool

	distribution string // how exported flows come into intervals; the default if empty
	flowFilter   string // which flows there are; all if empty

	reference []string // flags that name reference data
	more      []string
}

var settings = []setting{
	{name: "us", unit: "us"},
	{name: "ns with MAC", unit: "ns", withMAC: true},
}

// perSecond is the number of units of the tables' time in a second.
func (s *setting) perSecond() int64 {
	if s.unit == "ns" {
		return 1_000_000_000
	}
	return 1_000_000
}

// intervalSeconds is the default width of the intervals.
const intervalSeconds = 300

// exitDamaged is the status of a run that read a damaged input as far as it goes.
const exitDamaged = 3

// output is the output directory of one run.
type output struct {
	dir      string
	format   string
	setting  setting
	inputs   []string
	manifest manifest
}

// manifest is the part of run.json that is compared with the tables.
type manifest struct {
	Inputs []struct {
		Name        string
		ContentSize int64 `json:"content_size"`
		Packets     int64
		LostPackets int64 `json:"lost_packets"`
		Notes       []struct{ Name string }
		Damages     []struct{ Kind string }

		// Of exporter files.
		Messages int64
		Records  int64
		Remarks  []struct {
			Name  string
			Count int64
		}
		Streams []map[string]any // members by their names
	}
	Totals struct {
		PacketsRead      int64 `json:"packets_read"`
		PacketsAccounted int64 `json:"packets_accounted"`
		Bytes            int64
		WireBytes        int64 `json:"wire_bytes"`
		PayloadBytes     int64 `json:"payload_bytes"`
		Flows            int64
		Intervals        int64
		FirstTime        string `json:"first_time"`
		LastTime         string `json:"last_time"`

		// Of exporter files.
		Messages         int64
		RecordsRead      int64 `json:"records_read"`
		RecordsAccounted int64 `json:"records_accounted"`
		PacketsScaled    int64 `json:"packets_scaled"`
		BytesScaled      int64 `json:"bytes_scaled"`
		Differenced      int64
		Distribution     string
	}
	EndReasons []struct {
		Name  string
		Code  int64
		Flows int64
	} `json:"end_reasons"`
	Outputs []struct {
		Name, Table string
		Rows        int64
		Columns     []struct {
			Name string
			Sum  int64
		}
	}
}

// path gives the path of a table's file.
func (o *output) path(table string) string { return filepath.Join(o.dir, table+"."+o.format) }

// tables gives the names of the tables that were written.
func (o *output) tables() []string {
	var names []string
	for _, out := range o.manifest.Outputs {
		if out.Table != "" {
			names = append(names, out.Table)
		}
	}
	return names
}

// run runs netstream over inputs and gives what it wrote.
func run(t *testing.T, format string, s setting, inputs ...string) *output {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	arguments := []string{"run", "-q", "-o", format, "--time-unit", s.unit, "-w", dir}
	if s.withMAC {
		arguments = append(arguments, "--with-mac")
	}
	if s.distribution != "" {
		arguments = append(arguments, "--distribution", s.distribution)
	}
	if s.flowFilter != "" {
		arguments = append(arguments, "--flow-filter", s.flowFilter)
	}
	arguments = append(arguments, s.reference...)
	arguments = append(arguments, s.more...)
	program := exec.Command(filepath.Join(binaries, "netstream"), append(arguments, inputs...)...)
	program.Dir = root
	said, err := program.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !(errors.As(err, &failed) && failed.ExitCode() == exitDamaged) {
		t.Fatalf("netstream %v: %v\n%s", program.Args, err, said)
	}
	o := &output{dir: dir, format: format, setting: s, inputs: inputs}
	text, err := os.Open(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	decoder := json.NewDecoder(text)
	decoder.UseNumber() // domains and counters keep their digits
	if err := decoder.Decode(&o.manifest); err != nil {
		t.Fatal(err)
	}
	return o
}
