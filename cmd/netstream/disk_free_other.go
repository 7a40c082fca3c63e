//go:build !linux

package main

import "errors"

// freeOctets is not known here.
func freeOctets(string) (uint64, error) { return 0, errors.ErrUnsupported }
