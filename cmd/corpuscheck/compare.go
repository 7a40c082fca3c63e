package main

import (
	"fmt"
	"slices"
	"strings"
)

// discrepancy is a key with different volumes.
type discrepancy struct {
	key       key
	netstream volume
	oracle    volume
}

func (d discrepancy) String() string {
	return fmt.Sprintf("%v: netstream %v, oracle %v", d.key, d.netstream, d.oracle)
}

// compare gives the keys whose volumes differ, in a fixed order.
func compare(netstream, oracle sums) []discrepancy {
	var found []discrepancy
	for k, v := range netstream {
		if w := oracle[k]; v != w {
			found = append(found, discrepancy{k, v, w})
		}
	}
	for k, w := range oracle {
		if _, both := netstream[k]; !both {
			found = append(found, discrepancy{key: k, oracle: w})
		}
	}
	slices.SortFunc(found, func(a, b discrepancy) int { return strings.Compare(a.key.String(), b.key.String()) })
	return found
}
