package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/aggregate/naive/randomcapture"
)

// keySome gives half of the experiments a flow key of some fields, and packets that
// differ in them.
func (e *experiment) keySome(random *rand.Rand) {
	if random.IntN(2) == 0 {
		return
	}
	e.packets = randomcapture.Vary(e.packets, random)
	e.setKey(randomFlowKey(random))
}

// setKey gives the experiment a flow key.
func (e *experiment) setKey(text string) {
	if e.settings.Biflow {
		text = keyOfBoth(text)
	}
	e.key, e.settings.Key = text, naiveKey(text)
	if !slices.Contains(e.settings.Key.Fields, "protocol") { // as the flags have it
		e.settings.Protocols = nil
		e.settings.EndGrace = min(e.settings.EndGrace, e.settings.Idle)
	}
}

// randomFlowKey gives the text of a key.
func randomFlowKey(random *rand.Rand) string {
	fields := []string{"ip_version"}
	for _, name := range []string{"src_ip", "dst_ip", "src_port", "dst_port", "protocol"} {
		if random.IntN(3) > 0 {
			fields = append(fields, name)
		}
	}
	for _, name := range []string{"vlan_id", "inner_vlan_id", "mpls_label", "mpls_label2", "mpls_label3", "src_mac", "dst_mac", "flow_label", "tcp_flags", "tunnel", "tunnel_id"} {
		if random.IntN(5) == 0 {
			fields = append(fields, name)
		}
	}
	switch random.IntN(4) {
	case 0:
		fields = append(fields, "tos")
	case 1:
		fields = append(fields, "dscp")
	case 2:
		fields = append(fields, "precedence")
	}
	for i, name := range fields {
		if strings.HasSuffix(name, "_ip") && random.IntN(3) == 0 {
			fields[i] += fmt.Sprintf("/%d:%d", []int{0, 1, 24, 29, 31, 32}[random.IntN(6)], []int{0, 1, 64, 125, 127, 128}[random.IntN(6)])
		}
	}
	random.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return strings.Join(fields, ",")
}

// naiveKey says the same to the reference.
func naiveKey(text string) (key naive.Key) {
	for _, field := range strings.Split(text, ",") {
		name, prefix, masked := strings.Cut(field, "/")
		key.Fields = append(key.Fields, name)
		if !masked {
			continue
		}
		var lengths [2]int
		if _, err := fmt.Sscanf(prefix, "%d:%d", &lengths[0], &lengths[1]); err != nil {
			panic(err) // the test's own text is wrong
		}
		if name == "src_ip" {
			key.MaskSource, key.SourceLengths = true, lengths
		} else {
			key.MaskDestination, key.DestinationLengths = true, lengths
		}
	}
	return key
}

// definition says the same to the reader, as the flag does.
func (e *experiment) definition() (flow.KeyDefinition, error) {
	if e.key == "" {
		return flow.DefaultKey(), nil
	}
	parsed, err := parseKey(e.key)
	return parsed.definition, err
}

// beyondOf says what a point holds beyond the 7-tuple as the reference does.
func beyondOf(f *flow.Flexible) naive.Beyond {
	b := naive.NothingBeyond()
	hardware := func(a [6]byte) (n int64) {
		for _, octet := range a {
			n = n<<8 | int64(octet)
		}
		return n
	}
	for place, field := range []struct {
		field flow.KeyFields
		value int64
	}{
		naive.SourceMask: {flow.KeySourceMask, int64(f.SourceMask)}, naive.DestinationMask: {flow.KeyDestinationMask, int64(f.DestinationMask)},
		naive.VLAN: {flow.KeyVLAN, int64(f.VLAN)}, naive.InnerVLAN: {flow.KeyInnerVLAN, int64(f.InnerVLAN)},
		naive.MPLSLabel: {flow.KeyMPLSLabel, int64(f.MPLS[0])}, naive.MPLSLabel2: {flow.KeyMPLSLabel2, int64(f.MPLS[1])},
		naive.MPLSLabel3: {flow.KeyMPLSLabel3, int64(f.MPLS[2])}, naive.SourceMAC: {flow.KeySourceMAC, hardware(f.SourceMAC)},
		naive.DestinationMAC: {flow.KeyDestinationMAC, hardware(f.DestinationMAC)},
		naive.FlowLabel:      {flow.KeyFlowLabel, int64(f.FlowLabel)}, naive.TCPFlags: {flow.KeyTCPFlags, int64(f.TCPFlags)},
		naive.EtherType: {flow.KeyEtherType, int64(f.EtherType)},
	} {
		if f.Has&field.field != 0 {
			b[place] = field.value
		}
	}
	return b
}

// TestReferenceKeys looks whether the experiments meet every field of keys with
// different values, and fragments whose first one names another key.
func TestReferenceKeys(t *testing.T) {
	t.Parallel()
	met := make(map[int]map[int64]bool)
	absent := make(map[flow.Shape]int)
	for seed := range uint64(500) {
		e := newExperiment(seed)
		result, err := naive.Run(e.files(e.packets), e.settings)
		if err != nil {
			t.Fatal(err)
		}
		for _, point := range result.Points {
			for place, value := range point {
				if met[place] == nil {
					met[place] = make(map[int64]bool)
				}
				met[place][value] = true
			}
		}
		for _, f := range result.Flows {
			absent[f.Key.Shape]++
		}
	}
	for place, values := range met {
		if len(values) < 4 && place != naive.EtherType { // TestReferencePlaces meets it
			t.Errorf("field %d of keys has %d values only", place, len(values))
		}
	}
	if len(absent) < 64 {
		t.Errorf("keys have %d shapes only", len(absent))
	}
}
