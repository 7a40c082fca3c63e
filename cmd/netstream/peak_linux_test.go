package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// peakFile names the file into which the test binary, when it is the program, writes the most
// memory that it had resident at a time. What the system tells of a child is no less than
// what its parent had when it started the child.
const peakFile = "NETSTREAM_TEST_PEAK"

// tellPeak writes the most resident memory of this process, in KiB, if that is wanted.
func tellPeak() {
	name := os.Getenv(peakFile)
	if name == "" {
		return
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, behind, _ := strings.Cut(string(status), "VmHWM:")
		err = os.WriteFile(name, []byte(strings.Fields(behind)[0]), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot tell the peak of the memory:", err)
	}
}

// peakOf runs the test binary as the program, with the collector that the program has, and gives
// the most memory that it had resident at a time, in octets.
func peakOf(t *testing.T, cmd *exec.Cmd) int64 {
	t.Helper()
	name := filepath.Join(t.TempDir(), "peak")
	environment := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GOGC=") })
	cmd.Env = append(environment, asProgram+"=plain", peakFile+"="+name)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	peak, err := strconv.ParseInt(string(content), 10, 64)
	if err != nil || peak == 0 {
		t.Fatalf("the peak is %q: %v", content, err)
	}
	return peak << 10
}
