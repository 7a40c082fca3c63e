package table_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// TestFlowID compares with the hash of an encoding written out by hand.
func TestFlowID(t *testing.T) {
	k := key(t, "192.0.2.1", "198.51.100.2", 6, true, 0x1234, 443)
	k.ClassOfService = 0x2e
	encoded, err := hex.DecodeString("" +
		"00000000000000000000ffff" + "c0000201" + // 192.0.2.1
		"00000000000000000000ffff" + "c6336402" + // 198.51.100.2
		"1234" + "01bb" + "06" + "2e" + "04" + "01" + // ports, protocol, ToS, version, ports known
		"fffffffffffffffe" + "00000007" + // start, ordinal
		"65746830") // eth0
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(encoded)
	want := new(big.Int).SetBytes(sum[:8])
	want.SetBit(want, 63, 0)
	if got := table.FlowID(&k, "eth0", -2, 7); got != want.Int64() {
		t.Errorf("got %d, want %d", got, want)
	}
}

// TestFlowIDFields changes one field after the other: no two identifiers may be
// equal.
func TestFlowIDFields(t *testing.T) {
	seen := map[int64]string{}
	check := func(what string, k flow.Key, point string, start flow.Timestamp, ordinal uint32) {
		id := table.FlowID(&k, point, start, ordinal)
		if id < 0 {
			t.Errorf("%s: %d is negative", what, id)
		}
		if other, ok := seen[id]; ok {
			t.Errorf("%s and %s have the same identifier", what, other)
		}
		seen[id] = what
	}
	base := key(t, "192.0.2.1", "198.51.100.2", 6, true, 1, 2)
	check("base", base, "eth0", 0, 0)
	check("point", base, "eth1", 0, 0)
	check("nameless point", base, "", 0, 0)
	check("start", base, "eth0", 1, 0)
	check("ordinal", base, "eth0", 0, 1)
	for name, change := range map[string]func(*flow.Key){
		"source":           func(k *flow.Key) { k.Source[15]++ },
		"destination":      func(k *flow.Key) { k.Destination[15]++ },
		"source port":      func(k *flow.Key) { k.SourcePort++ },
		"destination port": func(k *flow.Key) { k.DestinationPort++ },
		"protocol":         func(k *flow.Key) { k.Protocol++ },
		"ToS":              func(k *flow.Key) { k.ClassOfService++ },
		"version":          func(k *flow.Key) { k.Version = 6 },
		"ports known":      func(k *flow.Key) { k.HasPorts = 0 },
	} {
		k := base
		change(&k)
		check(name, k, "eth0", 0, 0)
	}
	k := base
	k.Point = 5
	if table.FlowID(&k, "eth0", 0, 0) != table.FlowID(&base, "eth0", 0, 0) {
		t.Error("the number of the observation point shows")
	}
}
