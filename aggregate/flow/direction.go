package flow

// Direction says which way packets went, as seen from where they were observed. The
// zero Direction is not known.
type Direction uint8

// The directions. The first two are those of flowDirection (61); internal and external
// are told by networks only, of which a packet can leave none and enter none.
const (
	DirectionUnknown  Direction = iota
	DirectionIngress            // into the interface, or into the local networks
	DirectionEgress             // out of it, or out of them
	DirectionInternal           // from one local address to another
	DirectionExternal           // between addresses that are not local: transit
)

// String gives the name of the direction, as the column direction has it.
func (d Direction) String() string {
	switch d {
	case DirectionIngress:
		return "ingress"
	case DirectionEgress:
		return "egress"
	case DirectionInternal:
		return "internal"
	case DirectionExternal:
		return "external"
	}
	return "unknown"
}

// Reversed gives the direction of the packets that answer.
func (d Direction) Reversed() Direction {
	switch d {
	case DirectionIngress:
		return DirectionEgress
	case DirectionEgress:
		return DirectionIngress
	}
	return d
}
