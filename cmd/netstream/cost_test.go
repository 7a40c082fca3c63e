package main

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
)

// TestP10FarApart (P10): two packets 136 years apart are two rows of the interval table at intervals of a
// second, and take no memory for what lies between.
func TestP10FarApart(t *testing.T) {
	packets := firstPackets(t, 1)
	packets = append(packets, packets[0])
	packets[0].Time, packets[1].Time = 0, (1<<32-1)*flow.Timestamp(1e9)
	var file bytes.Buffer
	if err := capturetest.WritePCAP(&file, capturetest.Options{Order: binary.LittleEndian}, packets); err != nil {
		t.Fatal(err)
	}
	path := saved(t, "apart.pcap", file.Bytes())
	outputOf(t, "-o", "csv", "--memory", "128M", path) // so that what is there once for all is there
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, intervals := tablesOf(t, "--memory", "128M", "--interval", "1s", path)
	runtime.ReadMemStats(&after)
	if rows := len(sheetOf(t, intervals).rows); rows != 2 {
		t.Errorf("%d rows, want 2", rows)
	}
	allocated := after.TotalAlloc - before.TotalAlloc
	if allocated > 64<<20 {
		t.Errorf("%d octets are allocated, want 64 MiB at most", allocated)
	}
	t.Logf("assertion P10: two packets 136 years apart at intervals of 1 s: 2 rows, %d MiB allocated in all", allocated>>20)
}
