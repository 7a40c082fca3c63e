//go:build cpuprofile

// Netstream as it is built for make pgo: it writes a profile of the time of its processors to the
// file that NETSTREAM_CPU_PROFILE names, which the program that is shipped cannot.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
)

func main() {
	file, err := os.Create(os.Getenv("NETSTREAM_CPU_PROFILE"))
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot profile:", err)
		os.Exit(1)
	}
	status := run(os.Args[1:], standardConsole())
	pprof.StopCPUProfile()
	if err := file.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "cannot profile:", err)
		os.Exit(1)
	}
	os.Exit(status)
}
