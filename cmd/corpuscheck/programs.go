package main

import "slices"

// programs are the flow programs that netstream is compared with.
func programs() []program {
	return []program{{
		name:   "nDPI",
		parse:  func(text []byte) ([]conversation, error) { return parseNDPI(string(text)) },
		shape:  portlessZero,
		volume: func(v volume) volume { return volume{packets: v.packets, wireBytes: v.wireBytes} },
		differs: []deviation{
			{traitTunnel, "opens tunnels"},
			{traitFragment, "leaves later fragments out"},
			{traitCut, "counts the captured octets of frames"},
			{traitTooLong, "leaves out packets that say to be longer than their frame"},
		},
	}, {
		name:         "Zeek",
		byConnection: true,
		parse:        func(text []byte) ([]conversation, error) { return parseZeek(string(text)) },
		shape:        func(k key) key { return fewerPorts(portlessZero(k), 6, 17) },
		volume:       func(v volume) volume { return volume{packets: v.packets, bytes: v.bytes} },
		differs: []deviation{
			{traitTunnel, "opens tunnels"},
			{traitFragment, "puts fragments together"},
			{traitBadChecksum, "drops packets with bad checksums"},
		},
	}, {
		name:   "Arkime",
		parse:  parseArkime,
		shape:  portlessZero,
		volume: func(v volume) volume { return volume{packets: v.packets, wireBytes: v.wireBytes} },
		differs: []deviation{
			{traitTunnel, "opens tunnels"},
			{traitFragment, "puts fragments together"},
		},
		apart: apartInArkime,
	}, {
		name:   "ipfixprobe",
		parse:  func(text []byte) ([]conversation, error) { return parseIpfixprobe(string(text)) },
		shape:  portlessZero,
		volume: func(v volume) volume { return volume{packets: v.packets, bytes: v.bytes} },
		differs: []deviation{
			{traitFragment, "has the ports 0 for later fragments"},
		},
	}}
}

// apartInArkime gives the reason for sessions that have another key in Arkime.
func apartInArkime(k key) string {
	const igmp, udp, ospf, pim = 2, 17, 89, 103
	dhcp := k.sourcePort == 67 || k.sourcePort == 68 || k.sourcePort == 546 || k.sourcePort == 547
	switch {
	case k.protocol == igmp || k.protocol == ospf || k.protocol == pim:
		return "joins multicast control packets of several hosts"
	case k.protocol == udp && dhcp:
		return "joins DHCP by hardware address"
	}
	return ""
}

// nfpcapdProgram is nfpcapd of nfdump, whose flow records of all captures are in
// one file. It is one opinion only: what it cannot decode it leaves out.
func nfpcapdProgram() program {
	return program{
		name:   "nfpcapd",
		shape:  func(k key) key { return fewerPorts(k, 1, 6, 17, 58) },
		oneWay: true,
		volume: func(v volume) volume { return volume{packets: v.packets, bytes: v.bytes} },
		differs: []deviation{
			{traitTunnel, "opens tunnels"},
			{traitFragment, "puts fragments together"},
			{traitCut, "leaves out packets that were not captured in full"},
			{traitTooLong, "leaves out packets that say to be longer than their frame"},
			{traitMalformed, "leaves out malformed packets"},
			{traitTime, "counts packets with impossible times"},
			{traitExtension, "takes the first Next Header for the protocol"},
		},
	}
}

// portlessZero gives the key of programs that write port 0 where there is none,
// and for ICMP.
func portlessZero(k key) key {
	if k.sourcePort == noPort || k.protocol == 1 || k.protocol == 58 {
		k.sourcePort, k.destinationPort = 0, 0
	}
	return k
}

// fewerPorts gives the key of a program that knows the ports of some protocols
// only and has 0 for all others.
func fewerPorts(k key, protocols ...int) key {
	if k.sourcePort == noPort || !slices.Contains(protocols, k.protocol) {
		k.sourcePort, k.destinationPort = 0, 0
	}
	return k
}
