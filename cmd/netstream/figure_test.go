package main

import "os"

// figure gives how often a test does something: a number that every test run can afford, or
// with NETSTREAM_TORTURE in the environment the one that make torture-laws asks for.
func figure(few, all uint64) uint64 {
	if os.Getenv("NETSTREAM_TORTURE") != "" {
		return all
	}
	return few
}
