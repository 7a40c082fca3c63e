package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
)

// TestTooManyPartitions has packets of more hours than there may be partitions.
func TestTooManyPartitions(t *testing.T) {
	t.Parallel()
	packet := []byte("\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02\x00\x35\xd4\x31\x00\x08\x00\x00")
	packets := make([]capturetest.Packet, maxPartitions+1)
	for i := range packets {
		packets[i] = capturetest.Packet{Time: flow.Timestamp(time.Duration(i) * time.Hour), Data: packet}
	}
	var file bytes.Buffer
	must(t, capturetest.WritePCAP(&file, capturetest.Options{LinkType: 101}, packets))
	out := filepath.Join(t.TempDir(), "traffic")
	got := netstream("run", saved(t, "hours.pcap", file.Bytes()), "-w", out, "-o", "csv", "--partition", "hour")
	if got.code != exitLimit || !bytes.Contains([]byte(got.errors), []byte("hint: do without --partition")) {
		t.Errorf("exit code %d: %s", got.code, got.errors)
	}
	left, err := filepath.Glob(filepath.Join(out, "*"))
	if _, missing := os.Stat(out); err != nil || len(left) > 0 && missing == nil {
		t.Errorf("left %v, %v", left, err)
	}
}
