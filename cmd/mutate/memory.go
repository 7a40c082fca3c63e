package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
)

// memoryLimit is how much memory the process may have had resident at any time,
// in octets, whatever the captures claimed.
const memoryLimit = 256 << 20

// boundGarbage has the collector keep the process well below memoryLimit. Every case takes
// some MiB anew, and collecting them at once would cost more than the case.
func boundGarbage() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(memoryLimit / 2)
}

// peakMemory gives the most memory that the process has had resident, in octets:
// VmHWM of proc_pid_status(5). ok is false on systems that do not tell.
func peakMemory() (octets int64, ok bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		var kibi int64
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kibi); n == 1 {
			return kibi << 10, true
		}
	}
	return 0, false
}
