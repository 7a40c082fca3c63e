package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
)

// parseArkime reads the sessions of an Arkime test result. Their bytes are octets
// of frames. ICMP has ports 0, as Arkime has them.
func parseArkime(text []byte) ([]conversation, error) {
	type end struct {
		IP    string `json:"ip"`
		Port  int    `json:"port"`
		Bytes int64  `json:"bytes"`
		Count int64  `json:"packets"`
	}
	var document map[string]json.RawMessage
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("cannot read the sessions: %w", err)
	}
	var conversations []conversation
	for _, name := range [...]string{"sessions2", "sessions3"} {
		var sessions []struct {
			Body struct {
				Source      end `json:"source"`
				Destination end `json:"destination"`
				Protocol    int `json:"ipProtocol"`
			} `json:"body"`
		}
		if document[name] == nil {
			continue
		}
		if err := json.Unmarshal(document[name], &sessions); err != nil {
			return nil, fmt.Errorf("cannot read the sessions: %w", err)
		}
		for i, session := range sessions {
			b := session.Body
			if b.Source.IP == "" || b.Destination.IP == "" {
				continue // not of IP, such as ARP
			}
			from, err := netip.ParseAddr(b.Source.IP)
			if err != nil {
				return nil, fmt.Errorf("cannot read session %d: %w", i+1, err)
			}
			to, err := netip.ParseAddr(b.Destination.IP)
			if err != nil {
				return nil, fmt.Errorf("cannot read session %d: %w", i+1, err)
			}
			k := key{from, to, b.Protocol, 0, b.Source.Port, b.Destination.Port}
			conversations = append(conversations, conversation{key: k, volumes: [2]volume{
				{packets: b.Source.Count, wireBytes: b.Source.Bytes}, {packets: b.Destination.Count, wireBytes: b.Destination.Bytes},
			}})
		}
	}
	return conversations, nil
}
