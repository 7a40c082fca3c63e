package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"netstream/aggregate/meter"
)

// Protocol numbers of the names that --timeout knows.
const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
)

// ownTimeout is a --timeout flag: timers of some protocols. What is not set stays as
// it is.
type ownTimeout struct {
	protocols    []uint8 // none for the other protocols
	idle, active *time.Duration
}

// parseTimeout reads PROTO=IDLE, PROTO=IDLE/ACTIVE or PROTO=/ACTIVE.
func parseTimeout(text string) (ownTimeout, error) {
	name, timers, found := strings.Cut(text, "=")
	if !found {
		return ownTimeout{}, fmt.Errorf("%q is not PROTO=IDLE or PROTO=IDLE/ACTIVE", text)
	}
	var t ownTimeout
	switch strings.ToLower(name) {
	case "tcp":
		t.protocols = []uint8{protocolTCP}
	case "udp":
		t.protocols = []uint8{protocolUDP}
	case "icmp":
		t.protocols = []uint8{protocolICMP, protocolICMPv6}
	case "other":
	default:
		number, err := strconv.ParseUint(name, 10, 8)
		if err != nil {
			return t, fmt.Errorf("%q is none of tcp, udp, icmp, other and the protocol numbers 0 to 255", name)
		}
		t.protocols = []uint8{uint8(number)}
	}
	idle, active, both := strings.Cut(timers, "/")
	for _, part := range []struct {
		text  string
		to    **time.Duration
		given bool
	}{{idle, &t.idle, idle != "" || !both}, {active, &t.active, both}} {
		if !part.given {
			continue
		}
		var d duration
		if err := d.Set(part.text); err != nil {
			return t, err
		}
		*part.to = (*time.Duration)(&d)
	}
	return t, nil
}

// setTimeouts sets the timers of --timeout flags. A protocol may be named once.
func setTimeouts(s *meter.Settings, texts []string) error {
	named := make(map[uint8]ownTimeout)
	var other *ownTimeout
	for _, text := range texts {
		t, err := parseTimeout(text)
		if err != nil {
			return err
		}
		if t.protocols == nil {
			if other != nil {
				return fmt.Errorf("the other protocols are named twice")
			}
			other = &t
		}
		for _, protocol := range t.protocols {
			if _, twice := named[protocol]; twice {
				return fmt.Errorf("protocol %d is named twice", protocol)
			}
			named[protocol] = t
		}
	}
	if other != nil {
		for protocol := range 256 {
			switch _, own := named[uint8(protocol)]; {
			case own, protocol == protocolTCP, protocol == protocolUDP, protocol == protocolICMP, protocol == protocolICMPv6:
			default:
				named[uint8(protocol)] = *other
			}
		}
	}
	for protocol, t := range named {
		t.set(s, protocol)
	}
	return nil
}

// set sets the timers of a protocol.
func (t *ownTimeout) set(s *meter.Settings, protocol uint8) {
	timers := s.TimersOf(protocol)
	if t.idle != nil {
		timers.Idle = *t.idle
	}
	if t.active != nil {
		timers.Active = *t.active
	}
	if s.Protocols == nil {
		s.Protocols = make(map[uint8]meter.Timers)
	}
	s.Protocols[protocol] = timers
}

// dropGeneral leaves out the protocols whose timers are those of all.
func dropGeneral(s *meter.Settings) {
	general := meter.Timers{Idle: s.IdleTimeout, Active: s.ActiveTimeout}
	maps.DeleteFunc(s.Protocols, func(_ uint8, own meter.Timers) bool { return own == general })
}

// timeoutsText words the timers of the protocols that have their own: by number, those
// in a row with the same timers together, as in 6=5m0s/0s 17-20=10s/30m0s.
func timeoutsText(s *meter.Settings) string {
	var parts []string
	numbers := slices.Sorted(maps.Keys(s.Protocols))
	for i := 0; i < len(numbers); {
		first, own := numbers[i], s.Protocols[numbers[i]]
		last := first
		for i++; i < len(numbers) && numbers[i] == last+1 && s.Protocols[numbers[i]] == own; i++ {
			last = numbers[i]
		}
		name := strconv.Itoa(int(first))
		if last != first {
			name += "-" + strconv.Itoa(int(last))
		}
		parts = append(parts, fmt.Sprintf("%s=%v/%v", name, own.Idle, own.Active))
	}
	return strings.Join(parts, " ")
}
