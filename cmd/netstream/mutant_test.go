package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"netstream/aggregate/naive/randomcapture"
)

// mutantJob is a job that mutant engines get wrong: one run, or several that hand over to
// each other. STATE stands for the file of their state.
type mutantJob struct {
	name        string
	environment []string
	runs        [][]string
}

// mutantJobs gives jobs on captures and on exports, with all that rows can go through.
func mutantJobs(t *testing.T) []mutantJob {
	t.Helper()
	packets := metered(t, randomcapture.New(3, randomcapture.Options{Packets: 12_000, Disorder: randomcapture.Calm}))
	parts := randomcapture.Split(packets, len(packets)/2)
	big, first, second := saved(t, "big.pcap", encoded(packets)), saved(t, "1.pcap", encoded(parts[0])), saved(t, "2.pcap", encoded(parts[1]))
	lab, softflowd := filepath.Join(captures, "lab.pcapng"), filepath.Join(exports, "lab-softflowd-v9.raw")
	ipfix := filepath.Join(exports, "lab-softflowd-v10.raw")
	schemes := []string{"-A", "protocol-port", "-A", "hosts=src_ip,dst_ip"}
	few, filter := []string{"MUTANT_STATES=5"}, []string{"MUTANT_FILTER=1"}
	one := func(name string, environment []string, args ...string) mutantJob {
		return mutantJob{name, environment, [][]string{args}}
	}
	return []mutantJob{
		one("a capture", nil, lab),
		one("two workers, CSV", nil, "-j", "2", "-o", "csv", big),
		one("biflows", nil, "--biflow", "--features", "stats", lab),
		one("schemes", nil, append(slices.Clone(schemes), big)...),
		one("schemes of biflows", nil, append([]string{"--biflow", lab}, schemes...)...),
		one("keys and tunnels", nil, "--key", "src_ip/24,dst_ip,protocol,dst_port", "--meter", "both", "-o", "csv", big),
		one("overflow", few, "-j", "2", big),
		one("overflow of biflows with schemes", few, append([]string{"--biflow", big}, schemes...)...),
		one("a flow filter", filter, "--flow-filter", "packets > 3", "--active-timeout", "1s", "--interval", "1s", lab),
		one("a bounded cache", nil, "--max-flows", "30", big),
		one("partitions", nil, "--partition", "hour", big),
		one("exports", nil, append([]string{softflowd, filepath.Join(exports, "v5.raw")}, schemes...)...),
		one("exports in a capture", nil, filepath.Join(exports, "exports.pcap")),
		one("IPFIX, stitched", nil, "--stitch", "-o", "csv", ipfix),
		one("running totals", nil, filepath.Join(exports, "totals.ipfix"), filepath.Join(exports, "nfcapd-layout2.nfcapd")),
		one("a flow filter of exports", filter, "--flow-filter", "packets > 3", ipfix),
		one("exports beside captures", nil, append([]string{"--biflow", lab, softflowd}, schemes...)...),
		{"nights", nil, [][]string{
			append([]string{"--state", "STATE", first}, schemes...), append([]string{"--state", "STATE", "--state-final", second}, schemes...)}},
		{"nights of biflows, overflow", few, [][]string{
			{"--biflow", "--state", "STATE", first}, {"--biflow", "--state", "STATE", "--state-final", second}}},
	}
}

// mutantTrial runs a job with a program, whose fault strikes in one of the runs. It gives the
// exit code that is not 0, if there is one, and what was said.
func mutantTrial(t *testing.T, program string, job *mutantJob, night int, environment ...string) (code int, said string) {
	t.Helper()
	dir := t.TempDir()
	for i, args := range job.runs {
		args = slices.Concat([]string{"run", "-q", "-w", filepath.Join(dir, fmt.Sprint("out", i))}, args)
		for k := range args {
			args[k] = strings.Replace(args[k], "STATE", filepath.Join(dir, "state"), 1)
		}
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), job.environment...)
		if i == night {
			cmd.Env = append(cmd.Env, environment...)
		}
		output, err := cmd.CombinedOutput()
		said += string(bytes.ReplaceAll(output, []byte("\n\n"), []byte("\n")))
		var ended *exec.ExitError
		switch {
		case errors.As(err, &ended):
			if _, err := os.Stat(filepath.Join(dir, fmt.Sprint("out", i))); err == nil {
				t.Errorf("%s: an output is there: %s", job.name, said)
			}
			return ended.ExitCode(), said
		case err != nil:
			t.Fatal(err)
		}
	}
	return exitOK, said
}

// mutantDraw is one fault that can strike, by how often it could.
type mutantDraw struct {
	job   *mutantJob
	night int
	fault string
	calls int
}

// draws gives all faults of all jobs.
func draws(t *testing.T, program string, jobs []mutantJob) (all []mutantDraw) {
	t.Helper()
	for i := range jobs {
		job := &jobs[i]
		for night := range job.runs {
			file := filepath.Join(t.TempDir(), "calls")
			if code, said := mutantTrial(t, program, job, night, "MUTANT_CALLS="+file); code != exitOK || strings.Contains(said, "law") {
				t.Fatalf("%s without a fault: exit code %d: %s", job.name, code, said)
			}
			var calls map[string]int
			if err := json.Unmarshal([]byte(readFile(t, file)), &calls); err != nil {
				t.Fatal(err)
			}
			for _, fault := range slices.Sorted(maps.Keys(calls)) {
				all = append(all, mutantDraw{job, night, fault, calls[fault]})
			}
		}
	}
	return all
}

var failedLaw = regexp.MustCompile(`law (C[0-9]+[a-z]?) `)

// C1 to C13: no mutant engine gets through. The program is built with faults in it, of which
// one strikes once in each run: it loses or doubles packets, records, rows, open flows, alters
// a length, or counts under another key. Each run must end with exit code 7, or with that of
// a file that cannot be read, and without output. What the flow filter leaves out anyway is
// left alone.
func TestMutantEngines(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	trials := int(figure(110, 1000))
	program := mutantProgram(t)
	all := draws(t, program, mutantJobs(t))
	random := rand.New(rand.NewPCG(13, uint64(trials)))
	kinds := make(map[string][]mutantDraw)
	for _, d := range all {
		kinds[d.fault] = append(kinds[d.fault], d)
	}
	names := slices.Sorted(maps.Keys(kinds))
	var lock sync.Mutex
	laws, struck, caught := make(map[string]int), 0, 0
	t.Run("engines", func(t *testing.T) {
		for i := range trials {
			// Each kind comes in turn, so that rare ones count as much as those of packets.
			of := kinds[names[i%len(names)]]
			d := of[random.IntN(len(of))]
			strike := 1 + random.IntN(d.calls)
			t.Run(fmt.Sprintf("%s, %s in run %d, time %d of %d", d.fault, d.job.name, d.night+1, strike, d.calls), func(t *testing.T) {
				t.Parallel()
				code, said := 0, ""
				// How often a fault could strike is not the same each time where it depends on hashes.
				for try := 0; !strings.Contains(said, "MUTANT struck") && try < 20; try, strike = try+1, max(strike/2, 1) {
					code, said = mutantTrial(t, program, d.job, d.night, fmt.Sprintf("MUTANT=%s/%d", d.fault, strike))
				}
				lock.Lock()
				defer lock.Unlock()
				if strings.Contains(said, "MUTANT struck") {
					struck++
				} else {
					t.Errorf("it did not strike: exit code %d: %s", code, said)
				}
				switch law := failedLaw.FindStringSubmatch(said); {
				case code == exitLaw && law != nil:
					laws[law[1]]++
					caught++
				case code == exitLaw || code == exitOutput:
					laws["other"]++
					caught++
				default:
					t.Errorf("exit code %d, want %d: %s", code, exitLaw, said)
				}
			})
		}
	})
	t.Logf("assertion C5: %d of %d mutant engines caught, %d kinds of faults in %d runs; the law that failed first: %v", caught, struck, len(names), len(all), laws)
}
