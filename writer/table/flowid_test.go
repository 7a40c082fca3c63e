package table_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// TestFlowID compares with the hash of an encoding written out by hand.
func TestFlowID(t *testing.T) {
	v4 := key(t, "192.0.2.1", "198.51.100.2", 6, true, 0x1234, 443)
	v4.ClassOfService = 0x2e
	v6 := key(t, "2001:db8::1", "::ffff:198.51.100.2", 89, false, 0, 0)
	for _, c := range []struct {
		name    string
		key     flow.Key
		point   string
		start   flow.Timestamp
		ordinal uint32
		encoded string
	}{
		{"IPv4", v4, "eth0", -2, 7, "04 c0000201 c6336402 01 1234 01bb 06 2e fffffffffffffffe 00000007 65746830"},
		{"IPv6", v6, "", 1, 0, "06 20010db8000000000000000000000001 00000000000000000000ffffc6336402 00 0000 0000 59 00 0000000000000001 00000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			encoded, err := hex.DecodeString(strings.ReplaceAll(c.encoded, " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(encoded)
			want := new(big.Int).SetBytes(sum[:8])
			want.SetBit(want, 63, 0)
			if got := table.FlowID(&c.key, c.point, c.start, c.ordinal); got != want.Int64() {
				t.Errorf("got %d, want %d", got, want)
			}
		})
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
		"ports known":      func(k *flow.Key) { k.Shape = 0 },
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
