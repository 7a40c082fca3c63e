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
	sourcePort, destinationPort int
}

// noPort is a port that is not known, or that the protocol does not have.
const noPort = -1

func (k key) String() string {
	return fmt.Sprintf("%v.%s > %v.%s protocol %d", k.source, portText(k.sourcePort), k.destination, portText(k.destinationPort), k.protocol)
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

// volume is what is summed for a key.
type volume struct {
	packets, bytes, wireBytes int64
}

func (v volume) plus(w volume) volume {
	return volume{v.packets + w.packets, v.bytes + w.bytes, v.wireBytes + w.wireBytes}
}

func (v volume) String() string {
	return fmt.Sprintf("%d packets, %d bytes, %d wire bytes", v.packets, v.bytes, v.wireBytes)
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

// undirected joins the two directions of each key.
func (s sums) undirected() sums {
	joined := make(sums, len(s))
	for k, v := range s {
		joined.add(k.undirected(), v)
	}
	return joined
}
