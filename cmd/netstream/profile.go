package main

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"netstream/aggregate/meter"
)

// profile is a named bundle of settings with which flows have the key of those of a
// product and age as they do. docs/profiles.md has its sources and what it cannot reproduce. Whatever else
// makes the flows of products differ belongs here, too.
type profile struct {
	name   string
	text   string // which product, and its rules in short
	key    string // kind of key
	biflow bool   // both directions are one flow
	ageing meter.Settings
	grace  time.Duration // end grace; 0 for the idle timeout of TCP
}

// defaultProfile is what holds if none is named.
const defaultProfile = "default"

// profiles gives all profiles, in the order of the help.
func profiles() []profile {
	timers := func(idle, active time.Duration, fin, rst meter.EndRule) meter.Settings {
		return meter.Settings{IdleTimeout: idle, ActiveTimeout: active, Fin: fin, Rst: rst}
	}
	const byGrace, atOnce, ifOpen, ignored = meter.EndByGrace, meter.EndAtOnce, meter.EndIfOpen, meter.EndIgnored
	campus := timers(30*time.Second, 200*time.Second, ignored, ignored)
	campus.MaxOctets = math.MaxUint32
	zeek := timers(time.Minute, 0, byGrace, byGrace)
	zeek.Protocols = map[uint8]meter.Timers{protocolTCP: {Idle: 5 * time.Minute}}
	return []profile{
		{name: defaultProfile, text: "7tuple, 30s/30m, grace", key: defaultKeyKind, ageing: timers(30*time.Second, 30*time.Minute, byGrace, byGrace)},
		{name: "ne", text: "Huawei NetEngine routers: 8tuple, 30s/30m, immediate", key: "8tuple", ageing: timers(30*time.Second, 30*time.Minute, atOnce, atOnce)},
		{name: "s", text: "Huawei S-series switches: 8tuple, 30s/200s, ignore, records of at most 4294967295 bytes", key: "8tuple", ageing: campus},
		{name: "h3c", text: "H3C Comware: 8tuple, 30s/30m, existing", key: "8tuple", ageing: timers(30*time.Second, 30*time.Minute, ifOpen, ifOpen)},
		{name: "cisco", text: "Cisco classic NetFlow: 7tuple, 15s/30m, immediate", key: defaultKeyKind, ageing: timers(15*time.Second, 30*time.Minute, atOnce, atOnce)},
		{name: "zeek", text: "Zeek conn.log: biflows of 5tuple, 1m/never, TCP 5m/never, grace of 5s", key: "5tuple", biflow: true, ageing: zeek, grace: 5 * time.Second},
		{name: "nfstream", text: "NFStream: biflows of 5tuple,vlan_id, 2m/30m, ignore", key: "5tuple,vlan_id", biflow: true, ageing: timers(2*time.Minute, 30*time.Minute, ignored, ignored)},
		{name: "yaf", text: "YAF: biflows of 5tuple,vlan_id, 5m/30m, fin=grace,rst=immediate", key: "5tuple,vlan_id", biflow: true, ageing: timers(5*time.Minute, 30*time.Minute, byGrace, atOnce)},
		{name: "nfdump", text: "nfdump's nfpcapd: 5tuple, 1m/5m, immediate", key: "5tuple", ageing: timers(time.Minute, 5*time.Minute, atOnce, atOnce)},
		{name: "none", text: "7tuple, no ageing: one record a key, from its first packet to its last", key: defaultKeyKind, ageing: timers(math.MaxInt64, 0, ignored, ignored)},
	}
}

// profileNamed gives the profile of a name, with settings of its own.
func profileNamed(name string) (profile, error) {
	for _, p := range profiles() {
		if p.name == name {
			p.ageing.Protocols = maps.Clone(p.ageing.Protocols)
			return p, nil
		}
	}
	return profile{}, fail(exitUsage, "profiles are "+strings.Join(profileNames(), ", "), "there is no profile %q", name)
}

func profileNames() []string {
	var names []string
	for _, p := range profiles() {
		names = append(names, p.name)
	}
	return names
}

// profileHelp is the paragraph of the help that lists the profiles.
func profileHelp() string {
	var b strings.Builder
	b.WriteString("PROFILES (key, idle timeout/active timeout, what FIN and RST do)\n")
	for _, p := range profiles() {
		fmt.Fprintf(&b, "  %-9s %s\n", p.name, p.text)
	}
	b.WriteString("Flags that are given override the profile. docs/profiles.md has the sources.")
	return b.String()
}
