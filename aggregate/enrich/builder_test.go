package enrich_test

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"netstream/aggregate/enrich"
	"netstream/aggregate/flow"
)

// addition adds something.
type addition func(*enrich.Builder)

// TestOrderIsNothing: entries that contradict each other give the same data in any
// order.
func TestOrderIsNothing(t *testing.T) {
	exporter := netip.MustParseAddr("192.0.2.1")
	all := []addition{
		func(b *enrich.Builder) { b.AddRoute(prefix("10.0.0.0/8"), 9, 2) },
		func(b *enrich.Builder) { b.AddRoute(prefix("10.0.0.0/8"), 5, 1) },
		func(b *enrich.Builder) { b.AddRoute(prefix("10.0.0.0/8"), 7, 1) },
		func(b *enrich.Builder) { b.AddRoute(prefix("10.0.0.0/8"), 7, 1) },
		func(b *enrich.Builder) { b.AddASName(7, "seven") },
		func(b *enrich.Builder) { b.AddASName(7, "VII") },
		func(b *enrich.Builder) { b.AddCountry(prefix("10.0.0.0/8"), "NL") },
		func(b *enrich.Builder) { b.AddCountry(prefix("10.0.0.0/8"), "DE") },
		func(b *enrich.Builder) { b.AddService(6, 80, "www") },
		func(b *enrich.Builder) { b.AddService(6, 80, "http") },
		func(b *enrich.Builder) { b.AddClass(0, "zero") },
		func(b *enrich.Builder) { b.AddClass(0, "best") },
		func(b *enrich.Builder) { b.AddInterface(exporter, 1, "", 10) },
		func(b *enrich.Builder) { b.AddInterface(exporter, 1, "b", 0) },
		func(b *enrich.Builder) { b.AddInterface(exporter, 1, "a", 20) },
		func(b *enrich.Builder) {
			add := b.AddLabels([]string{"z", "y"})
			add(prefix("10.0.0.0/8"), []string{"", "q"})
			add(prefix("10.0.0.0/8"), []string{"p", "r"})
		},
		func(b *enrich.Builder) { b.AddLabels([]string{"a"})(prefix("10.0.0.0/9"), []string{"x"}) },
	}
	points := flow.NewPoints()
	number, err := points.Number(flow.Point{Exported: true, Exporter: exporter})
	if err != nil {
		t.Fatal(err)
	}
	key := addresses("10.0.0.1", "192.0.2.1", 80, 2)
	key.Point = number
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		b := enrich.NewBuilder()
		for _, add := range all {
			add(b)
		}
		data, err := b.Build(false)
		if err != nil {
			t.Fatal(err)
		}
		names := flow.NewNames()
		a := data.Resolver(points, names).Of(key, &flow.Export{Has: flow.FieldInIf, InIf: 1})
		texts := []string{strings.Join(data.LabelNames, " "), names.Name(a.InIfName)}
		for _, number := range append([]uint32{a.SourceASName, a.SourceCountry, a.Service, a.Class}, a.SourceLabels...) {
			texts = append(texts, data.Texts.Text(number))
		}
		const want = "a y z|a|VII|DE|http|best|x|q|p"
		if got := strings.Join(texts, "|"); got != want || a.SourceAS != 7 || a.InSpeed != 10 {
			t.Fatalf("got %s, AS %d, speed %d, want %s, 7, 10", got, a.SourceAS, a.InSpeed, want)
		}
		if !data.Contradictory {
			t.Fatal("nothing is said of contradictions")
		}
	}
}

func TestLabelTwice(t *testing.T) {
	b := enrich.NewBuilder()
	b.AddLabels([]string{"site", "a"})
	b.AddLabels([]string{"b", "site"})
	if _, err := b.Build(false); err == nil || !strings.Contains(err.Error(), "two files of labels have the column site") {
		t.Errorf("got %v", err)
	}
}

func TestCompareTexts(t *testing.T) {
	data, r := resolverOf(t, false, func(b *enrich.Builder) {
		b.AddService(6, 1, "b")
		b.AddService(6, 2, "a")
	})
	number := func(port uint16) uint32 { return r.Of(addresses("::1", "::1", port, port), nil).Service }
	a, b, none := number(2), number(1), number(3)
	if data.Texts.Compare(a, b) >= 0 || data.Texts.Compare(b, a) <= 0 || data.Texts.Compare(none, a) >= 0 || data.Texts.Compare(a, a) != 0 {
		t.Error("texts are not in the order of their octets")
	}
}

// TestLinearScan compares look-ups with a scan of all prefixes.
func TestLinearScan(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		var prefixes []netip.Prefix
		votes := make(map[netip.Prefix]map[uint32]uint32)
		countries := make(map[netip.Prefix]string)
		b := enrich.NewBuilder()
		b.WithRoutes()
		b.WithCountries()
		label := b.AddLabels([]string{"label"})
		for range random.IntN(300) {
			p := randomPrefix(random)
			prefixes = append(prefixes, p)
			origin, count := 1+random.Uint32N(4), 1+random.Uint32N(3)
			if votes[p] == nil {
				votes[p] = make(map[uint32]uint32)
			}
			votes[p][origin] += count
			b.AddRoute(p, origin, count)
			if there, ok := countries[p]; !ok || p.String() < there {
				countries[p] = p.String()
				b.AddCountry(p, p.String())
				label(p, []string{p.String()})
			}
		}
		data, err := b.Build(false)
		if err != nil {
			t.Fatal(err)
		}
		r := data.Resolver(flow.NewPoints(), flow.NewNames())
		for range 2000 {
			address := randomPrefix(random).Addr()
			var best netip.Prefix
			for _, p := range prefixes {
				if p.Contains(address) && (!best.IsValid() || p.Bits() > best.Bits()) {
					best = p
				}
			}
			var origin, most uint32
			for o, n := range votes[best] {
				if n > most || n == most && o < origin {
					origin, most = o, n
				}
			}
			a := r.Of(keyOf(address, address), nil)
			country := data.Texts.Text(a.DestinationCountry)
			if a.SourceAS != origin || best.IsValid() && int(a.SourceMask) != best.Bits() || best.IsValid() != (a.Has != 0) ||
				country != countries[best] || data.Texts.Text(a.SourceLabels[0]) != country {
				t.Fatalf("%s: got AS %d /%d, %q, want %d of %s", address, a.SourceAS, a.SourceMask, country, origin, best)
			}
		}
	}
}

// randomPrefix gives prefixes that lie within each other now and then.
func randomPrefix(random *rand.Rand) netip.Prefix {
	var a [16]byte
	length := 128
	if random.IntN(2) == 0 {
		length = 32
	}
	for i := range a[:length/8] {
		a[i] = byte(random.IntN(3)) << random.IntN(8)
	}
	address := netip.AddrFrom16(a)
	if length == 32 {
		address = netip.AddrFrom4([4]byte(a[:]))
	}
	return netip.PrefixFrom(address, random.IntN(length+1)).Masked()
}

// TestManyVotes: votes are put together now and then, and none gets lost.
func TestManyVotes(t *testing.T) {
	const rounds = 100_000
	_, r := resolverOf(t, false, func(b *enrich.Builder) {
		for i := range uint32(rounds) {
			b.AddRoute(prefix("10.0.0.0/8"), 7, 2)
			b.AddRoute(prefix("10.0.0.0/8"), 5, 1)
			b.AddRoute(prefix("11.0.0.0/8"), 1+i, 1)
		}
		b.AddRoute(prefix("10.0.0.0/8"), 5, rounds+1)
		b.AddRoute(prefix("11.0.0.0/8"), rounds, 1)
	})
	if a := r.Of(addresses("10.0.0.1", "11.0.0.1"), nil); a.SourceAS != 5 || a.DestinationAS != rounds {
		t.Errorf("got AS %d and %d, want 5 and %d", a.SourceAS, a.DestinationAS, rounds)
	}
}
