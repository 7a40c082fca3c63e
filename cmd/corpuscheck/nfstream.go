package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseNFStream reads id, bidirectional_packets, bidirectional_bytes, ...: octets of
// frames. It tells no keys.
func parseNFStream(text string) ([][2]int64, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	var flows [][2]int64
	for i, cells := range rows[min(1, len(rows)):] {
		if len(cells) < 3 {
			return nil, fmt.Errorf("cannot read line %d: got %d cells, want 3", i+2, len(cells))
		}
		packets, err1 := strconv.ParseInt(cells[1], 10, 64)
		octets, err2 := strconv.ParseInt(cells[2], 10, 64)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("cannot read line %d: %w", i+2, err)
		}
		flows = append(flows, [2]int64{packets, octets})
	}
	return flows, nil
}

// checkNFStream looks for NFStream's flows, by their packets and octets, among the
// biflows of the profile nfstream.
func (f *finding) checkNFStream(program, path, text string, packets []packet, all trait) error {
	theirs, err := parseNFStream(text)
	if err != nil {
		return err
	}
	settings := []string{"--profile", "nfstream"}
	if all&traitTunnel != 0 {
		settings = append(settings, "--meter", "inner")
	}
	ours, err := meterConversations(program, path, settings...)
	if err != nil {
		return err
	}
	var got [][2]int64
	for _, c := range ours {
		v := c.volumes[0].plus(c.volumes[1])
		got = append(got, [2]int64{v.packets, v.wireBytes})
	}
	for _, want := range theirs {
		at := slices.Index(got, want)
		if at >= 0 {
			got = slices.Delete(got, at, at+1)
		}
		reason := ""
		switch {
		case all&traitTunnel != 0:
			reason = "it opens other tunnels"
		case all&traitTime != 0:
			reason = "it takes packets with impossible times"
		case all&traitCut != 0:
			reason = "it counts other lengths of frames that were cut"
		case slices.ContainsFunc(packets, func(p packet) bool { return p.has("cfp") }):
			reason = "it opens FabricPath"
		case all&traitFragment != 0:
			reason = "it leaves later fragments out"
		}
		f.compare("NFStream, flows", at >= 0, reason, "got %v left, want %v", got, want)
	}
	return nil
}
