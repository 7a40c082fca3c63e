package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// eventsOf reads events, each of which must be a JSON object on a line.
func eventsOf(t *testing.T, text []byte) []map[string]any {
	t.Helper()
	var events []map[string]any
	for line := range bytes.Lines(text) {
		var event map[string]any
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, event)
	}
	return events
}

// TestWarningsAreLimited warns of two kinds of things, of one of them too often.
func TestWarningsAreLimited(t *testing.T) {
	var out bytes.Buffer
	c := &console{log: newEventLog(&out)}
	for i := range maxEvents + 7 {
		c.warn("left out: %d", i)
	}
	c.warn("another thing")
	c.log.close()
	events := eventsOf(t, out.Bytes())
	if len(events) != maxEvents+2 {
		t.Fatalf("%d events, want %d", len(events), maxEvents+2)
	}
	if got, want := events[maxEvents-1]["msg"], fmt.Sprint("left out: ", maxEvents-1); got != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if got := events[maxEvents]["msg"]; got != "another thing" {
		t.Errorf("got %v", got)
	}
	if last := events[maxEvents+1]; last["kind"] != "left out: %d" || last["count"] != 7.0 || last["level"] != "WARN" {
		t.Errorf("got %v", last)
	}
}

func TestProgressEvents(t *testing.T) {
	var out bytes.Buffer
	c := &console{log: newEventLog(&out)}
	p := startProgress(c, false)
	p.addPackets(3)
	p.addOctets(50)
	p.logProgress(2 * time.Second)
	p.enter("writing tables")
	p.logProgress(3 * time.Second)
	p.stop()
	events := eventsOf(t, out.Bytes())
	if len(events) != 2 {
		t.Fatalf("got %v, want two events", events)
	}
	for i, want := range []struct {
		stage   string
		seconds float64
	}{{"reading", 2}, {"writing tables", 3}} {
		e := events[i]
		if e["msg"] != "progress" || e["stage"] != want.stage || e["packets"] != 3.0 || e["octets"] != 50.0 || e["elapsed_seconds"] != want.seconds {
			t.Errorf("got %v, want %v", e, want)
		}
	}
	if startProgress(c, true) != nil || startProgress(&console{}, false) != nil {
		t.Error("there is progress where nobody wants it")
	}
}
