package netflow

import (
	"testing"

	"netstream/reader/element"
)

// TestBiflowOfTwoHeaders: a record can tell a tunnel's header, the one inside, and
// the reverse direction of the flow (RFC 7011 section 8, RFC 5103). Both rows have
// the inner addresses as their key, the reverse one the other way round.
func TestBiflowOfTwoHeaders(t *testing.T) {
	rows, summaries := decode(t, Options{}, messageIPFIX(1,
		setOf(2, definitionOf(256,
			spec{number: 27, length: 16}, spec{number: 28, length: 16}, spec{number: 4, length: 1},
			spec{number: 8, length: 4}, spec{number: 12, length: 4}, spec{number: 4, length: 1},
			spec{number: 2, length: 4}, spec{number: 2, length: 4, enterprise: element.EnterpriseReverse})),
		setOf(256, ip("2001:db8::1"), ip("2001:db8::2"), []byte{4}, ip("192.0.2.1"), ip("198.51.100.1"), []byte{17}, u32(5), u32(3))))
	if len(rows) != 2 || summaries[0].Rows != 2 || summaries[0].FlowRecords != 1 {
		t.Fatalf("got %d rows and %+v, want 2 rows of 1 record", len(rows), summaries[0])
	}
	for i, want := range []struct {
		source, destination, outerSource, outerDestination string
		packets                                            uint64
	}{
		{"192.0.2.1", "198.51.100.1", "2001:db8::1", "2001:db8::2", 5},
		{"198.51.100.1", "192.0.2.1", "2001:db8::2", "2001:db8::1", 3},
	} {
		r := &rows[i]
		for _, address := range []struct {
			got  [16]byte
			want string
		}{
			{r.Key.Source, want.source}, {r.Key.Destination, want.destination},
			{r.Export.OuterSource, want.outerSource}, {r.Export.OuterDestination, want.outerDestination},
		} {
			if got := addressOf(address.got).String(); got != address.want {
				t.Errorf("row %d: got address %s, want %s", i, got, address.want)
			}
		}
		if r.Counters.Packets != want.packets || r.Key.Protocol != 17 || r.Key.Version != 4 {
			t.Errorf("row %d: got %d packets of protocol %d, version %d", i, r.Counters.Packets, r.Key.Protocol, r.Key.Version)
		}
	}
}
