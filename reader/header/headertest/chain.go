package headertest

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// Chain is an IPv6 packet whose payload is extension headers to the last octet that a
// payload length can tell, or nearly.
type Chain struct {
	Name   string
	Packet []byte

	// What docs/metering.md section 1 has of it: the protocol at the end of the chain, and the
	// octets behind the last header that is there in full.
	Protocol uint8
	Payload  uint32
	Headers  int
}

// Extension headers that are passed over, and what may stand behind them.
const (
	hopByHop, routing, fragment, authentication, options, shim6 = 0, 43, 44, 51, 60, 140
	noNext, experimental, mobility, sctp                        = 59, 253, 135, 132
)

// Chains gives chains of 64 KiB: of one kind and of all, of shortest headers and of all
// lengths, with each end that a chain can have.
func Chains() []Chain {
	var all []Chain
	kinds := map[string][]byte{
		"hop-by-hop options": {hopByHop}, "routing": {routing}, "fragment": {fragment}, "authentication": {authentication},
		"destination options": {options}, "Shim6": {shim6}, "all": {hopByHop, routing, fragment, authentication, options, shim6},
	}
	ends := map[string]byte{"no next header": noNext, "an unknown header": experimental, "mobility": mobility, "SCTP": sctp, "itself": 0}
	for name, of := range kinds {
		for end, protocol := range ends {
			for _, longest := range []int{0, 255} {
				random := rand.New(rand.NewPCG(uint64(len(name)), uint64(longest)))
				c := chain(random, of, longest, protocol, end == "itself")
				c.Name = name + ", ends in " + end
				if longest > 0 {
					c.Name += ", of all lengths"
				}
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b Chain) int { return slices.Compare([]byte(a.Name), []byte(b.Name)) })
	return all
}

// chain makes one. A chain that is cut ends in a header that is longer than the packet.
func chain(random *rand.Rand, kinds []byte, longest int, end byte, isCut bool) Chain {
	const payload, shortest = 0xffff, 8
	var c Chain
	b := make([]byte, 0, payload)
	kind := kinds[random.IntN(len(kinds))]
	first := kind
	for {
		field := random.IntN(longest + 1)
		length := 8 + 8*field
		switch kind {
		case fragment:
			field, length = 0xff, 8 // a reserved octet, and no fragment
		case authentication:
			length = 8 + 4*field
		}
		if len(b)+length > payload {
			length = shortest
			if kind != fragment {
				field = 0
			}
		}
		next := kinds[random.IntN(len(kinds))]
		last := len(b)+length+shortest > payload
		if last && !isCut {
			next = end
		}
		header := make([]byte, length)
		header[0], header[1] = next, byte(field)
		b = append(b, header...)
		c.Headers++
		kind = next
		if last {
			break
		}
	}
	if c.Protocol = kind; kind != sctp { // whose header is not whole
		c.Payload = uint32(payload - len(b))
	}
	b = append(b, make([]byte, payload-len(b))...)
	c.Packet = slices.Concat([]byte{0x60, 0, 0, 0}, binary.BigEndian.AppendUint16(nil, payload), []byte{first, 64}, []byte(host+host), b)
	return c
}
