package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// octets is a flag value like 4294967295, 64K, 4G or 4GiB: a number of octets, up to
// 2^63-1. K, M, G and T are powers of 1024, with or without iB. KB and the like, which mean
// powers of 1000 to some, are none.
type octets uint64

const octetUnits = "KMGT"

func (o *octets) String() string {
	v, unit := uint64(*o), ""
	for _, u := range octetUnits {
		if v == 0 || v%1024 != 0 {
			break
		}
		v, unit = v/1024, string(u)
	}
	return strconv.FormatUint(v, 10) + unit
}

func (o *octets) Set(s string) error {
	number, factor := strings.TrimSuffix(s, "iB"), uint64(1)
	binary := number != s
	if n := len(number); n > 0 {
		if unit := strings.Index(octetUnits, strings.ToUpper(number[n-1:])); unit >= 0 {
			number, factor = number[:n-1], 1<<(10*(unit+1))
		}
	}
	v, err := strconv.ParseUint(number, 10, 64)
	if err != nil || binary && factor == 1 {
		return fmt.Errorf("%q is no size like 1500, 64K or 4G", s)
	}
	if v > math.MaxInt64/factor {
		return fmt.Errorf("%q is out of range", s)
	}
	*o = octets(v * factor)
	return nil
}

func (o *octets) Type() string { return "size" }
