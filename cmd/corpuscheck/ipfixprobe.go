package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// parseIpfixprobe reads biflows of ipfixprobe in the columns of its basic plugin:
// destination, source, octets of IP packets to and fro, ..., packets to and fro,
// destination port, source port, ..., protocol.
func parseIpfixprobe(text string) ([]conversation, error) {
	const destination, source, octets, octetsBack, packets, packetsBack, destinationPort, sourcePort, protocol = 0, 1, 2, 3, 9, 10, 11, 12, 14
	rows := csv.NewReader(strings.NewReader(text))
	rows.FieldsPerRecord = -1
	lines, err := rows.ReadAll()
	if err != nil {
		return nil, err
	}
	var conversations []conversation
	for i, cells := range lines {
		if strings.HasPrefix(cells[0], "ipaddr ") {
			continue // the names of the columns, sorted in among the flows
		}
		if len(cells) <= protocol {
			return nil, fmt.Errorf("cannot read line %d: got %d cells, want more than %d", i+1, len(cells), protocol)
		}
		var c conversation
		var errs [9]error
		c.key.source, errs[0] = netip.ParseAddr(cells[source])
		c.key.destination, errs[1] = netip.ParseAddr(cells[destination])
		c.key.sourcePort, errs[2] = strconv.Atoi(cells[sourcePort])
		c.key.destinationPort, errs[3] = strconv.Atoi(cells[destinationPort])
		c.key.protocol, errs[4] = strconv.Atoi(cells[protocol])
		c.volumes[0].packets, errs[5] = strconv.ParseInt(cells[packets], 10, 64)
		c.volumes[1].packets, errs[6] = strconv.ParseInt(cells[packetsBack], 10, 64)
		c.volumes[0].bytes, errs[7] = strconv.ParseInt(cells[octets], 10, 64)
		c.volumes[1].bytes, errs[8] = strconv.ParseInt(cells[octetsBack], 10, 64)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, fmt.Errorf("cannot read line %d: %w", i+1, err)
		}
		conversations = append(conversations, c)
	}
	return conversations, nil
}
