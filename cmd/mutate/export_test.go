package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netstream/reader"
	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/nfcapd"
)

const exports = "../../testdata/export"

func mustFindExports(t *testing.T) []*exportFile {
	t.Helper()
	files, err := allExports([]string{exports})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// mustBuild gives the built files by name, as they are inside.
func mustBuild(t *testing.T) map[string]*exportFile {
	t.Helper()
	built, err := builtFiles()
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]*exportFile)
	for name, content := range built {
		made := newExportFiles(name, content)
		if len(made) == 0 {
			t.Fatalf("%s is not taken for exports", name)
		}
		files[name] = made[len(made)-1]
	}
	return files
}

// oneLayout is a run without comparison.
func oneLayout() *layout { return &layout{workers: 1, rowMemory: rowMemory} }

// TestBuiltFilesAreSound: damage is found in what was damaged only, and there are
// files of all kinds.
func TestBuiltFilesAreSound(t *testing.T) {
	kinds := make(map[datagram.Kind]int)
	for name, f := range mustBuild(t) {
		s := drawExportSettings(rand.New(rand.NewPCG(1, 1)), f.kind, 0)
		s.export = exportSettings{captures: reader.CapturesByContent}
		got, err := runExports(f.content, &s, oneLayout())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.verdict != "decoded" || got.rows < 6 {
			t.Errorf("%s: %s, %d rows", name, got.verdict, got.rows)
		}
		if len(f.records) == 0 || f.kind != datagram.CaptureOfExports && got.messages < uint64(len(f.records)) {
			t.Errorf("%s: %d messages read, %d found", name, got.messages, len(f.records))
		}
		kinds[f.kind]++
	}
	if kinds[datagram.RawExports] < 30 || kinds[datagram.CaptureOfExports] < 4 || kinds[datagram.Nfcapd] < 7 {
		t.Errorf("files by kind are %v", kinds)
	}
}

func TestExportTrialsAreReproducible(t *testing.T) {
	files, again := mustFindExports(t), mustFindExports(t)
	distinct := make(map[[sha256.Size]byte]bool)
	const cases = 500
	for index := range uint64(cases) {
		a, b := newExportTrial(3, index, files), newExportTrial(3, index, again)
		if !bytes.Equal(a.content, b.content) || a.String() != b.String() || !reflect.DeepEqual(a.settings, b.settings) || !slices.Equal(a.layouts, b.layouts) {
			t.Errorf("%v came out differently a second time", a)
		}
		distinct[sha256.Sum256(a.content)] = true
	}
	if len(distinct) < cases*95/100 {
		t.Errorf("%d cases are %d different files", cases, len(distinct))
	}
}

// TestExportMutatorsDamage shows that each mutator changes most export files of
// every kind, leaves the original as it is, and takes content that an earlier one
// has cut.
func TestExportMutatorsDamage(t *testing.T) {
	built := mustBuild(t)
	for _, m := range exportMutators() {
		t.Run(m.name, func(t *testing.T) {
			for _, name := range []string{"version 5", "IPFIX, lists", "exports over UDP", "nfcapd, layout 2, compression 0", "nfcapd, layout 1, compression 1"} {
				o := *built[name].original
				o.other = built["version 9, IPv4"].original
				before := slices.Clone(o.content)
				changed := 0
				for seed := range uint64(100) {
					random := rand.New(rand.NewPCG(seed, 0))
					if !bytes.Equal(m.damage(random, &o, slices.Clone(o.content)), o.content) {
						changed++
					}
					for _, length := range []int{1, 2, 30, 300} {
						m.damage(random, &o, slices.Clone(o.content[:length]))
					}
				}
				if changed < 60 {
					t.Errorf("%s: %d of 100 are damaged", name, changed)
				}
				if !bytes.Equal(o.content, before) {
					t.Fatalf("%s: the original is changed", name)
				}
			}
		})
	}
}

// TestCasesDoNotDependOnWorkers: the weights of cases, and with them which ones are
// begun, are the same for any number of workers.
func TestCasesDoNotDependOnWorkers(t *testing.T) {
	var summaries []string
	for _, workers := range []int{1, 3} {
		c := &campaign{subject: exportSubject(mustFindExports(t)), seed: 7, size: 500, workers: workers, errors: t.Output()}
		var err error
		if c.underway, err = newUnderway(workers); err != nil {
			t.Fatal(err)
		}
		if err := c.start(); err != nil {
			t.Fatal(err)
		}
		if err := c.underway.remove(); err != nil {
			t.Fatal(err)
		}
		summaries = append(summaries, c.summary())
		if c.begun < 500 || c.cases < 20 || c.failures > 0 {
			t.Errorf("%d messages in %d cases, %d failures, want at least 500 messages", c.begun, c.cases, c.failures)
		}
	}
	if summaries[0] != summaries[1] {
		t.Errorf("one worker: %s; three: %s", summaries[0], summaries[1])
	}
}

// TestMadeUpRowsAreSeen gives accounts of readers that make more of their input
// than it holds.
func TestMadeUpRowsAreSeen(t *testing.T) {
	messages := func(octets uint64) map[string]*reader.MessageTally {
		return map[string]*reader.MessageTally{"decoded": {Messages: 1, Octets: octets}}
	}
	for _, test := range []struct {
		name    string
		exports reader.ExportAccount
		want    string
	}{
		{"sound", reader.ExportAccount{Messages: messages(100), SetOctets: 80, RecordOctets: 70, DataRecords: 10, FlowRecords: 10, Rows: 20}, "<nil>"},
		{"messages", reader.ExportAccount{Messages: messages(101)}, "messages of 101 octets"},
		{"sets", reader.ExportAccount{Messages: messages(100), SetOctets: 101}, "in sets of 101"},
		{"records", reader.ExportAccount{Messages: messages(100), SetOctets: 80, RecordOctets: 10, DataRecords: 11}, "11 records of 10 octets"},
		{"rows", reader.ExportAccount{Messages: messages(100), SetOctets: 80, RecordOctets: 70, DataRecords: 10, FlowRecords: 10, Rows: 21}, "21 rows"},
		{"nfcapd", reader.ExportAccount{Nfcapd: new(nfcapd.Tally), Rows: 51}, "51 rows are made of 0 blocks"},
	} {
		t.Run(test.name, func(t *testing.T) {
			account := &reader.Account{Exports: &test.exports, Input: input.Account{Expanded: 100}}
			if got := fmt.Sprint(bounded(account, 100)); !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %q", got, test.want)
			}
			if err := bounded(account, 99); err == nil {
				t.Error("99 octets are 100, and no error")
			}
		})
	}
}

func TestExportCommand(t *testing.T) {
	written := filepath.Join(t.TempDir(), "one.exports")
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		want      string
	}{
		{"cases", []string{"--exports", "-n", "1000", "--seed", "5", exports}, 0, "messages before damage"},
		{"one", []string{"--exports", "--one", "5:17", "-w", written, exports}, 0, "case 5:17"},
		{"built files only", []string{"--exports", "-n", "200", t.TempDir()}, 0, " 0 failed"},
		{"missing folder", []string{"--exports", filepath.Join(t.TempDir(), "none")}, exitFailed, "cannot list export files"},
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
}
