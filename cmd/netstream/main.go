//go:build !cpuprofile

// Netstream turns packet captures into flow and interval accounting tables.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], standardConsole()))
}
