package recordfilter

import (
	"errors"
	"strings"
	"testing"
)

// FuzzFilter: whatever the text, it is refused with a place in it or gives a filter
// that selects each record or leaves it to the negation, never both and never
// neither.
func FuzzFilter(f *testing.F) {
	for _, text := range []string{
		"", "bytes > 1M", "src_ip in 10.0.0.0/8, ::1..::5 and not tcp_flags & syn|ack = syn", "flow_start >= 2026-01-31T05:00:00Z",
		"(duration_us 1500ns..1d or vlan_id is not null) && interface not in 'a''b', \"c\"", "sampling_rate <> 1.5 || end_reason forced_end",
		"app_id = 3:443", "mpls_labels = 100/200", "interface = '\uFFFDe9'", "packets in (1, 0x10, 1.5Ki..2T)",
		strings.Repeat("(", MaxDepth+2), strings.Repeat("not ", MaxDepth+2) + "bytes 1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := newSample(t)
		filter, err := Parse(text, everyColumn)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.Text == "" || fault.Line < 1 || fault.Column < 1 || fault.Column > len(text)+1 {
				t.Errorf("%q: %+v", text, err)
			}
			return
		}
		negation, err := Parse("not ("+text+")", everyColumn)
		if err != nil {
			if strings.TrimSpace(text) != "" && len(text)+len("not ()") <= MaxLength && !strings.Contains(err.Error(), "are open") {
				t.Errorf("%q: its negation: %v", text, err)
			}
			return
		}
		match, others := filter.Matcher(s.points, s.names), negation.Matcher(s.points, s.names)
		for name, r := range s.records {
			if match(r) == others(r) {
				t.Errorf("%q: record %s is selected by it and by its negation, or by neither", text, name)
			}
		}
	})
}
