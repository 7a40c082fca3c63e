package main

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader"
	"netstream/reader/interfacemap"
	"netstream/reader/localnet"
)

// newPlacedExperiment is newExperiment on a capture that tells of interfaces and
// directions, with all that says where packets were observed, and with frames that carry
// no IP packet.
func newPlacedExperiment(seed uint64) *experiment {
	e := newExperiment(seed)
	random := rand.New(rand.NewPCG(seed, 815))
	switch random.IntN(3) {
	case 0:
		e.packets = randomcapture.AddForeign(randomcapture.Vary(e.packets, random), random)
		e.setKey(randomLinkKey(random))
	case 1:
		key := ""
		for _, name := range []string{"interface", "if_index", "direction", "ethertype"} {
			if random.IntN(2) == 0 {
				key += "," + name
			}
		}
		e.setKey(randomFlowKey(random) + key)
	}
	e.packets, e.interfaces = randomcapture.Observe(e.packets, random)
	if e.blocks = random.IntN(4) > 0; !e.blocks { // pcap knows neither names nor flags
		e.interfaces = e.interfaces[:1]
		e.interfaces[0].Name = ""
		for i := range e.packets {
			e.packets[i].Interface, e.packets[i].Flags = 0, 0
		}
	}
	e.settings.Places = randomPlaces(random)
	e.filterPlaces(random)
	return e
}

// randomLinkKey gives the text of a key without any field of IP.
func randomLinkKey(random *rand.Rand) string {
	all := []string{"ethertype", "src_mac", "dst_mac", "vlan_id", "inner_vlan_id", "mpls_label", "mpls_label2", "mpls_label3", "interface", "if_index", "direction"}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return strings.Join(all[:1+random.IntN(len(all))], ",")
}

// randomPlaces draws the flags that say where packets were observed.
func randomPlaces(random *rand.Rand) naive.Places {
	one := func(from ...string) string { return from[random.IntN(len(from))] }
	places := naive.Places{Direction: one("capture", "capture", "local-net", "none")}
	for range random.IntN(4) {
		places.Rules = append(places.Rules, naive.Rule{
			File: one("", "a/*.pcap", "?.pcap", "[bc]/[a-f]*", "d.pcap", "b/a.pcap"), Interface: one("", "eth0", "eth1"),
			Index: []int64{0, 1, 7, 1<<32 - 1}[random.IntN(4)], Name: one("", "GE1/0/0"),
		})
	}
	if places.Direction == "local-net" {
		for range 1 + random.IntN(3) {
			places.LocalNets = append(places.LocalNets, netip.MustParsePrefix(
				one("10.0.0.0/30", "10.0.0.2/32", "10.0.0.4/30", "0.0.0.0/0", "2001:db8::/126", "2001:db8::4/127", "::/0", "::ffff:10.0.0.0/126")))
		}
	}
	return places
}

// filterPlaces has flow records filtered by where they were observed, now and then.
func (e *experiment) filterPlaces(random *rand.Rand) {
	if random.IntN(4) > 0 {
		return
	}
	conditions := []struct {
		text  string
		holds func(naive.Place) bool
	}{
		{"direction = egress", func(p naive.Place) bool { return p.Direction == "egress" }},
		{"direction != ingress", func(p naive.Place) bool { return p.Direction != "ingress" && p.Direction != "" }},
		{"direction in internal, external", func(p naive.Place) bool { return p.Direction == "internal" || p.Direction == "external" }},
		{"direction is null", func(p naive.Place) bool { return p.Direction == "" }},
		{"in_if in 1..7", func(p naive.Place) bool { return p.Index >= 1 && p.Index <= 7 && p.Direction != "egress" }},
		{"out_if is not null", func(p naive.Place) bool { return p.Index >= 0 && p.Direction == "egress" }},
		{"in_if_name = 'GE1/0/0' or out_if_name = 'GE1/0/0'", func(p naive.Place) bool { return p.IndexName != "" }},
		{"interface = eth0", func(p naive.Place) bool { return p.Interface == "eth0" }},
	}
	c := conditions[random.IntN(len(conditions))]
	if e.flowFilter == "" {
		e.flowFilter = c.text
	} else {
		e.flowFilter = "(" + e.flowFilter + ") and (" + c.text + ")"
	}
	e.settings.KeepPlace = c.holds
	e.accounting.Peak, e.settings.Accounting.Peak = false, false // peaks are of all packets
}

// encode writes a capture file of some of the packets.
func (e *experiment) encode(packets []randomcapture.Packet) []byte {
	format := e.format
	switch {
	case e.blocks:
		return randomcapture.EncodeBlocks(packets, e.interfaces, format)
	case e.interfaces != nil:
		format.Link = e.interfaces[0].Link
	}
	return randomcapture.Encode(packets, format)
}

// observeBy says to the reader what the settings say of places.
func (e *experiment) observeBy(options *reader.Options) {
	places := &e.settings.Places
	for _, r := range places.Rules {
		options.Interfaces = append(options.Interfaces, interfacemap.Rule{File: r.File, Interface: r.Interface, Index: uint32(r.Index), Name: r.Name})
	}
	var lists []string
	for _, prefix := range places.LocalNets {
		lists = append(lists, prefix.String())
	}
	switch places.Direction {
	case "local-net":
		options.Directions = reader.DirectionsOfNetworks
		var err error
		if options.LocalNetworks, err = localnet.Parse(lists); err != nil {
			panic(err) // the test's own list is wrong
		}
	case "none":
		options.Directions = reader.DirectionsOfNobody
	}
}

// rulesFor gives the rules for the interfaces of a file, which has no name in memory.
func rulesFor(rules interfacemap.Map, name string) (of interfacemap.Map) {
	for _, r := range rules {
		if r.FitsFile(name) {
			r.File = ""
			of = append(of, r)
		}
	}
	return of
}

// placeOf says where a point is as the reference does.
func placeOf(p *flow.Point) naive.Place {
	place := naive.Place{Interface: p.Interface, Index: -1, IndexName: p.IndexName}
	if p.HasIndex {
		place.Index = int64(p.Index)
	}
	if p.Direction != flow.DirectionUnknown {
		place.Direction = p.Direction.String()
	}
	return place
}

// TestReferencePlaces compares the program with the second implementation of
// docs/metering.md on captures that tell of interfaces and directions. The captures and
// settings together meet every direction by every source, indexes of every source, and
// frames without IP under every reason for which they are left out.
func TestReferencePlaces(t *testing.T) {
	t.Parallel()
	if seed := os.Getenv("NETSTREAM_SEED"); seed != "" {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if e := newPlacedExperiment(n); e.difference(e.packets) != "" {
			t.Error(e.report())
		}
		return
	}
	captures := uint64(2_000)
	if testing.Short() {
		captures = 500
	}
	met := make(map[string]int)
	etherTypes := make(map[int64]bool)
	tryAllSeeing(t, captures, newPlacedExperiment, func(e *experiment, r *naive.Result) { countPlaces(met, etherTypes, e, r) })
	for _, want := range []string{
		"ingress by capture", "egress by capture", " by capture", "ingress by local-net", "egress by local-net", "internal by local-net",
		"external by local-net", " by none", "interface ", "interface eth0", "interface eth1", "index with a name", "index of a frame", "without IP",
		"without IP, more than one packet", "kept by place", "sampled by fix-packets", "sampled by random-packets", "sampled by fix-time", "sampled by random-time",
	} {
		if met[want] < int(captures)/10 {
			t.Errorf("%s: met %d times only", want, met[want])
		}
	}
	if met["ingress by none"]+met["internal by capture"] > 0 || len(etherTypes) < 10 {
		t.Errorf("met %v, EtherTypes %v", met, etherTypes)
	}
}

// countPlaces counts what there is of places.
func countPlaces(met map[string]int, etherTypes map[int64]bool, e *experiment, result *naive.Result) {
	for i := range result.Flows {
		f := &result.Flows[i]
		place := result.Places[f.Key.Point]
		met[place.Direction+" by "+e.settings.Places.Direction]++
		met["interface "+place.Interface]++
		switch {
		case place.IndexName != "":
			met["index with a name"]++
		case place.Index >= 0 && len(e.settings.Places.Rules) == 0:
			met["index of a frame"]++
		}
		if f.Key.Version == 0 {
			met["without IP"]++
			if f.Counters.Packets > 1 {
				met["without IP, more than one packet"]++
			}
		}
		etherTypes[result.Points[f.Key.Point][naive.EtherType]] = true
		if e.settings.KeepPlace != nil {
			met["kept by place"]++
		}
	}
	if e.settings.Select.Method != "" && e.blocks {
		met["sampled by "+e.settings.Select.Method] += int(result.NotAccounted[flow.ReasonNotSampled])
	}
}
