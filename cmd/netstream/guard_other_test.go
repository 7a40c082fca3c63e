//go:build !linux

package main

// guarded runs tests.
func guarded(tests func() int) int { return tests() }

// tellPeak tells nothing: no test asks.
func tellPeak() {}
