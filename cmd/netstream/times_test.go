package main

import (
	"os"
	"strconv"
	"testing"
)

// times gives how often a test does something: what an environment variable says, or a
// number that every test run can afford.
func times(t *testing.T, variable string, few int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, want a number", variable, text)
	}
	return n
}
