package main

import (
	"fmt"
	"net/netip"
)

// key is what all oracles know of a flow. Ports are those of netstream's tables:
// type * 256 + code of ICMP is a destination port, noPort stands for NULL.
type key struct {
	source, destination         netip.Addr
	protocol                    int
	tos                         int // 0 where a program does not have it
	sourcePort, destinationPort int
}

// noPort is a port that is not known, or that the protocol does not have.
const noPort = -1

func (k key) String() string {
	return fmt.Sprintf("%v.%s > %v.%s protocol %d tos %d", k.source, portText(k.sourcePort), k.destination, portText(k.destinationPort), k.protocol, k.tos)
}

func portText(port int) string {
	if port == noPort {
		return "-"
	}
	return fmt.Sprint(port)
}

// undirected gives the key of both directions: the smaller end is the source.
func (k key) undirected() key {
	c := k.source.Compare(k.destination)
	if c > 0 || c == 0 && k.sourcePort > k.destinationPort {
		k.source, k.destination = k.destination, k.source
		k.sourcePort, k.destinationPort = k.destinationPort, k.sourcePort
	}
	return k
}

// volume is what is summed for a key. The TCP flags are the OR of those of the
// packets.
type volume struct {
	packets, bytes, wireBytes int64
	tcpFlags                  int
}

func (v volume) plus(w volume) volume {
	return volume{v.packets + w.packets, v.bytes + w.bytes, v.wireBytes + w.wireBytes, v.tcpFlags | w.tcpFlags}
}

func (v volume) String() string {
	return fmt.Sprintf("%d packets, %d bytes, %d wire bytes, TCP flags %#x", v.packets, v.bytes, v.wireBytes, v.tcpFlags)
}

// sums are volumes by key.
type sums map[key]volume

func (s sums) add(k key, v volume) { s[k] = s[k].plus(v) }

func (s sums) total() volume {
	var total volume
	for _, v := range s {
		total = total.plus(v)
	}
	return total
}
