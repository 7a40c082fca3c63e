package main

import "slices"

// filterDifference is a way in which filters differ from libpcap, and the reason.
// docs/filters.md has them all.
type filterDifference struct {
	reason  string
	applies func(expression string, s *sample, got, want selection, plain func() selection) bool
}

func filterDifferences() []filterDifference {
	const (
		raw14 = 14
		ppi   = 192
	)
	return []filterDifference{
		{"libpcap on Linux refuses the number that OpenBSD gave raw IP",
			func(_ string, s *sample, got, want selection, _ func() selection) bool {
				return s.linkType == raw14 && want.refusal != ""
			}},
		{"libpcap overwrites the offset of the link header with a number of the comparison in front",
			func(expression string, s *sample, _, _ selection, _ func() selection) bool {
				return (expression == "2 > 1 and ip" || expression == "len > 100 and ip") && (s.linkType == ppi || s.linkType == 127 || s.linkType == 105)
			}},
		{"libpcap's optimiser asks in another order, so that a load beyond the octets is not done: equal without optimiser",
			func(_ string, _ *sample, got, want selection, plain func() selection) bool {
				return got.refusal == "" && want.refusal == "" && slices.Equal(got.numbers, plain().numbers)
			}},
	}
}

func knownFilterDifference(expression string, s *sample, got, want selection, plain func() selection) string {
	for _, d := range filterDifferences() {
		if d.applies(expression, s, got, want, plain) {
			return d.reason
		}
	}
	return ""
}
