package accounting

import "netstream/aggregate/flow"

// Distinct addresses are counted by sorting them behind the keys of their groups: the
// key, which of the two addresses it is, the address and its IP version.

const (
	ofSource      = 0
	ofDestination = 1

	addressTail = 1 + 16 + 1
)

// addAddresses adds the addresses of a flow to those of its group, whose key is set.
func (x *sums) addAddresses(s *subject) {
	k := s.key
	if k.Shape&flow.NoSource == 0 {
		x.addAddress(ofSource, &k.Source, k.Version)
	}
	if k.Shape&flow.NoDestination == 0 {
		x.addAddress(ofDestination, &k.Destination, k.Version)
	}
}

func (x *sums) addAddress(which byte, address *[16]byte, version uint8) {
	key := append(append(append(x.key, which), address[:]...), version)
	x.addresses.number(key)
	x.key = key[:len(x.key)]
}

// countAddress counts one address of a row's group.
func countAddress(row *flow.SchemeRow, tail []byte, _ *struct{}) {
	if tail[0] == ofSource {
		row.DistinctSources++
	} else {
		row.DistinctDestinations++
	}
}
