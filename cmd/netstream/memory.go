package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"netstream/aggregate/engine"
)

// The bound of the memory that a run takes, in octets. Its parts follow from experience:
// the flow cache is what grows with the input, rows wait for being sorted, and what is
// left is for batches of packets, buffers of files, and what the collector has not given
// back yet.
const (
	mostDefaultMemory = 2 << 30
	leastMemory       = 128 << 20
)

// defaultMemory gives half of the memory of the machine or of the container, at most
// mostDefaultMemory.
func defaultMemory() octets {
	most := uint64(2 * mostDefaultMemory)
	for _, found := range []uint64{machineMemory(), containerMemory()} {
		if found > 0 {
			most = min(most, found)
		}
	}
	return octets(max(most/2, leastMemory))
}

// machineMemory reads Linux's /proc/meminfo; 0 if it is not known.
func machineMemory() uint64 {
	content, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			v, err := strconv.ParseUint(fields[1], 10, 54)
			if err != nil {
				return 0
			}
			return v << 10
		}
	}
	return 0
}

// containerMemory reads the limit of the control group (cgroup v2); 0 if there is none.
func containerMemory() uint64 {
	content, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return 0
	}
	v, err := strconv.ParseUint(strings.TrimSpace(string(content)), 10, 64)
	if err != nil {
		return 0 // "max"
	}
	return v
}

// bound spreads the memory over what needs it, and has the collector keep to it. What counts as
// memory without taking any comes on top.
func (o *runOptions) bound(config *engine.Config, untouched int) {
	all := int(o.memory)
	config.CacheMemory = max(all/2-64<<20, all/8)
	config.FlowMemory, config.SliceMemory = min(engine.DefaultFlowMemory, all/16), min(engine.DefaultSliceMemory, all/20)
	debug.SetMemoryLimit(int64(all) - int64(all)/16 + int64(untouched))
}

// collectorPercent is by how much the heap may grow until the collector runs. There are few objects and most of them
// live long, so that it hardly has anything to do either way; with 100, which is the default of Go, the peak is a quarter higher.
const collectorPercent = 40

// reclaim has the collector run between two stages of a run, so that what the first one leaves does for the second: to take
// new memory from the machine costs more. A few rows leave too little for that.
func reclaim(rows uint64) {
	if rows > leastReclaimed {
		runtime.GC()
	}
}

// leastReclaimed is a number of rows whose memory takes about as long to give as the collector runs.
const leastReclaimed = 1 << 14

// ballastOctets count as heap, so that the collector lets a small heap grow, instead of looking through it again and
// again: that was half of the processor time of a run over a small capture. Nobody touches them, so the machine has no memory to give.
const ballastOctets = 32 << 20

// settle has the Go runtime take as many processors as there are workers, reading and hashing included, and less
// memory for what is not needed any more. GOGC in the environment has its way. It gives the ballast, which is to be
// kept until the run is over.
func (o *runOptions) settle(c *console) (ballast []byte) {
	if !c.alone {
		return nil
	}
	runtime.GOMAXPROCS(min(o.workers, runtime.GOMAXPROCS(0)))
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(collectorPercent)
	return make([]byte, ballastOctets)
}
