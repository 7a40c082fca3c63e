package localnet

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
)

func keyOf(source, destination netip.Addr) *flow.Key {
	k := &flow.Key{Source: source.As16(), Destination: destination.As16(), Version: 6}
	if source.Is4() {
		k.Version = 4
	}
	return k
}

// TestAgainstPrefixes compares with net/netip, on networks that lie in each other, side
// by side and apart, and addresses at and around their ends.
func TestAgainstPrefixes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var prefixes []netip.Prefix
		var list string
		for range 1 + random.IntN(6) {
			a := netip.AddrFrom4([4]byte{10, byte(random.IntN(3)), 0, byte(random.IntN(256))})
			bits := []int{0, 8, 16, 24, 28, 31, 32}[random.IntN(7)]
			if random.IntN(2) == 0 {
				a = netip.AddrFrom16([16]byte{0: 0x20, 1: 1, 8: byte(random.IntN(2)), 15: byte(random.IntN(256))})
				bits = []int{0, 16, 64, 65, 127, 128}[random.IntN(6)]
			}
			prefix := netip.PrefixFrom(a, bits).Masked()
			prefixes = append(prefixes, prefix)
			list += "," + prefix.String()
		}
		networks, err := Parse([]string{list[1:]})
		if err != nil {
			t.Fatal(err)
		}
		local := func(a netip.Addr) bool {
			for _, p := range prefixes {
				if p.Contains(a) {
					return true
				}
			}
			return false
		}
		near := func(version int) netip.Addr {
			for {
				p := prefixes[random.IntN(len(prefixes))]
				a := []netip.Addr{p.Addr(), p.Addr().Prev(), p.Addr().Next(), netip.MustParseAddr("10.0.0.7"), netip.MustParseAddr("2001::7"),
					netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("::ffff:10.0.0.7")}[random.IntN(7)]
				if a.IsValid() && a.BitLen() == version {
					return a
				}
			}
		}
		for _, bits := range []int{32, 128} {
			for range 20 {
				source, destination := near(bits), near(bits)
				want := map[[2]bool]flow.Direction{{true, true}: flow.DirectionInternal, {true, false}: flow.DirectionEgress,
					{false, true}: flow.DirectionIngress, {false, false}: flow.DirectionExternal}[[2]bool{local(source), local(destination)}]
				if got := networks.Direction(keyOf(source, destination)); got != want {
					t.Fatalf("%s: %v to %v is %v, want %v", networks, source, destination, got, want)
				}
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		lists []string
		want  string
	}{
		{[]string{"10.0.0.0/8"}, "10.0.0.0/8"},
		{[]string{"2001:db8::/32, 192.0.2.1", "10.0.0.0/8,10.0.0.0/8"}, "10.0.0.0/8,192.0.2.1/32,2001:db8::/32"},
		{[]string{"0.0.0.0/0,::/0"}, "0.0.0.0/0,::/0"},
		{[]string{"10.0.0.1/8"}, `error: "10.0.0.1/8" has bits behind its prefix, want 10.0.0.0/8`},
		{[]string{"10.0.0.0/33"}, `error: "10.0.0.0/33" is no network, such as 10.0.0.0/8 or 2001:db8::/32`},
		{[]string{"fe80::1%eth0"}, `error: "fe80::1%eth0" is no network, such as 10.0.0.0/8 or 2001:db8::/32`},
		{[]string{"10.0.0.0/8,"}, `error: "" is no network, such as 10.0.0.0/8 or 2001:db8::/32`},
	} {
		n, err := Parse(c.lists)
		got := fmt.Sprint(n)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.lists, got, c.want)
		}
	}
	var many []string
	for i := range MaxNetworks + 1 {
		many = append(many, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
	}
	if _, err := Parse(many); err == nil || err.Error() != "there are more than 65536 networks" {
		t.Errorf("got %v", err)
	}
}

// TestAllocatesNothing: the direction of a packet costs no allocation.
func TestAllocatesNothing(t *testing.T) {
	n, err := Parse([]string{"10.0.0.0/8,2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	four, six := keyOf(netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("192.0.2.1")), keyOf(netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::1"))
	if got := testing.AllocsPerRun(100, func() { n.Direction(four); n.Direction(six) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"10.0.0.0/8", "::/0,1.2.3.4", "a", "", "::ffff:1.2.3.0/120", "10.0.0.1/8"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Parse([]string{text})
		if err != nil {
			return
		}
		again, err := Parse([]string{n.String()})
		if err != nil || again.String() != n.String() {
			t.Errorf("%q: read back as %v, %v", text, again, err)
		}
	})
}
