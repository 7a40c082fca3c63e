package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// checkBiflows runs netstream with --biflow, without ageing, and compares the biflows
// with its flows of one direction, with the packets of tshark, and with Wireshark's
// analysis of TCP.
func (f *finding) checkBiflows(program, path string, packets []packet, known []difference) error {
	var err error
	f.biflows, err = meterConversations(program, path, "--fragments", "apart", "--profile", "none", "--key", "5tuple", "--biflow", "--features", "stats,splt")
	if err != nil {
		return err
	}
	flows := sums{}
	for k, v := range f.metering.flows {
		k.tos, v.tcpFlags = 0, 0
		flows.add(portlessZero(k), v)
	}
	biflows := sums{}
	for k, v := range directedSums(f.biflows) {
		biflows.add(portlessZero(k), v)
	}
	for _, d := range compare(biflows, flows) {
		f.fail("biflows and flows of one direction differ: %v", d)
	}
	if f.unread == "" {
		f.checkSegments(packets, known)
		f.checkStatistics(packets, known)
	}
	return nil
}

// compareConversations compares with what other programs tell of conversations in
// the file beside the capture.
func (e *examiner) compareConversations(f *finding, file string, packets []packet, traits map[hosts]trait) error {
	text, err := os.ReadFile(filepath.Join(e.corpus, file))
	if err != nil {
		return fmt.Errorf("cannot read a reference: %w", err)
	}
	path, all := filepath.Join(e.corpus, f.capture.path), trait(0)
	for _, t := range traits {
		all |= t
	}
	switch name := filepath.Base(file); {
	case strings.HasSuffix(name, ".nfstream.csv"):
		err = f.checkNFStream(e.program, path, string(text), packets, all)
	case name == filepath.Base(f.capture.path)+".tcptrace.long.txt":
		err = f.checkTcptrace(string(text), packets)
	case strings.Contains(name, "conn.log"):
		var connections []conversation
		if connections, err = parseZeek(string(text)); err == nil && len(connections) > 0 {
			err = f.checkConnections(e.program, path, connections, traits)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot compare with %s: %w", file, err)
	}
	return nil
}
