package main

import (
	"testing"

	"netstream/aggregate/flow"
)

// FuzzParseKey: the text of a key that was read is read as the same key, and every
// key has the IP version.
func FuzzParseKey(f *testing.F) {
	for _, kind := range keyKindNames() {
		f.Add(kind)
	}
	f.Add("src_ip/24,dst_ip/0:128,precedence,mpls_label1")
	f.Add("7tuple,dscp,tunnel_id,src_ip/32:1")
	f.Add("src_ip/,/24,src_ip/1:2:3,,vlan_id/1")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := parseKey(text)
		if err != nil {
			return
		}
		d := parsed.definition
		if d.Fields&flow.KeyVersion == 0 || (d.Fields&flow.KeyClassOfService != 0) != (d.ClassMask != 0) {
			t.Errorf("%q: %+v", text, d)
		}
		again, err := parseKey(d.String())
		if err != nil || again.definition != d {
			t.Errorf("%q is %+v, %q is %+v, %v", text, d, d.String(), again.definition, err)
		}
	})
}

// TestKindsOverridden: what a field says goes before what a kind does, wherever it
// stands.
func TestKindsOverridden(t *testing.T) {
	for _, c := range []struct{ one, other string }{
		{"7tuple,dscp", "dscp,7tuple"},
		{"5tuple,src_ip/24", "src_ip/24:128,5tuple"},
		{"vxlan,tunnel", "5tuple,tunnel"},
		{"7tuple,l2", "ip-l2"},
		{"7tuple", "mpls-ip-only"},
		{"mpls-label-only,7tuple", "mpls-label-and-ip"},
		{"8tuple", "7tuple,flow_label,ip_version"},
	} {
		one, err := parseKey(c.one)
		if err != nil {
			t.Fatal(err)
		}
		other, err := parseKey(c.other)
		if err != nil || one.definition != other.definition {
			t.Errorf("%s is %s, %s is %s: %v", c.one, one.definition, c.other, other.definition, err)
		}
	}
	if parsed, err := parseKey("7tuple"); err != nil || parsed.definition != flow.DefaultKey() {
		t.Errorf("7tuple is %s, %v", parsed.definition, err)
	}
}
