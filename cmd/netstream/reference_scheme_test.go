package main

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"netstream/aggregate/accounting"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// account has the flows accounted in two of three experiments, by schemes that devices
// have and by random ones.
func (e *experiment) account(random *rand.Rand) {
	if random.IntN(3) == 0 {
		return
	}
	e.accounting.Memory = []int{0, 1, 500, 5000}[random.IntN(4)]
	e.accounting.Distinct = random.IntN(2) == 0
	e.accounting.Peak = random.IntN(2) == 0 && e.flowFilter == ""
	e.accounting.Minimum, e.accounting.MinimumGiven = accounting.DefaultMinimum(), random.IntN(2) == 0
	if random.IntN(2) == 0 {
		e.accounting.Minimum = flow.PrefixLengths{IPv4: uint8(random.IntN(33)), IPv6: uint8(random.IntN(129))}
	}
	texts := randomSchemes(random, e.key)
	if e.tunnels && random.IntN(2) == 0 {
		texts = append(texts, "tunnels=vni,tunnel_id")
	}
	schemes, err := accounting.Parse(texts, nil)
	if err != nil {
		panic(err) // the test's own text is wrong
	}
	e.accounting.Schemes = schemes
	e.settings.Accounting = naive.Accounting{
		Schemes: schemes, Minimum: [2]int{int(e.accounting.Minimum.IPv4), int(e.accounting.Minimum.IPv6)}, MinimumGiven: e.accounting.MinimumGiven,
		Distinct: e.accounting.Distinct, Peak: e.accounting.Peak,
	}
}

// randomSchemes gives texts of -A, half of them with fields that the key has.
func randomSchemes(random *rand.Rand, key string) []string {
	var texts []string
	named := accounting.NamedSchemes()
	for _, n := range random.Perm(len(named))[:random.IntN(3)] {
		texts = append(texts, named[n].Name)
	}
	fields := accounting.FieldNames()
	var ofKey []string
	for field := range strings.SplitSeq(key, ",") {
		if name, _, _ := strings.Cut(field, "/"); slices.Contains(fields, name) {
			ofKey = append(ofKey, name)
		}
	}
	for i := range 1 + random.IntN(2) {
		var chosen []string
		if len(ofKey) > 0 && random.IntN(3) > 0 {
			chosen = append(chosen, ofKey[random.IntN(len(ofKey))])
		}
		for _, n := range random.Perm(len(fields))[:1+random.IntN(4)] {
			field := fields[n]
			if (field == "src_ip" || field == "dst_ip") && random.IntN(2) == 0 {
				field += fmt.Sprintf("/%d:%d", random.IntN(33), random.IntN(129))
			}
			chosen = append(chosen, field)
		}
		text := fmt.Sprintf("free%d=%s", i, strings.Join(chosen, ","))
		if _, err := accounting.Parse([]string{text}, nil); err == nil { // src_mask, for one, can be of one address only
			texts = append(texts, text)
		}
	}
	return texts
}

// schemesOf gives the tables of schemes.
func schemesOf(metered *engine.Result, schemes int) ([][]flow.SchemeRow, error) {
	var tables [][]flow.SchemeRow
	for i := range schemes {
		var rows []flow.SchemeRow
		err := metered.Scheme(i, func(r *flow.SchemeRow) error {
			rows = append(rows, *r)
			rows[len(rows)-1].Key = slices.Clone(r.Key)
			return nil
		})
		if err != nil {
			return nil, err
		}
		tables = append(tables, rows)
	}
	return tables, nil
}

// schemeDifference words the first difference of two tables of a scheme.
func schemeDifference(got, want [][]flow.SchemeRow) string {
	if len(got) != len(want) {
		return fmt.Sprintf("got %d schemes, want %d", len(got), len(want))
	}
	for i := range got {
		for j := range min(len(got[i]), len(want[i])) {
			if !reflect.DeepEqual(got[i][j], want[i][j]) {
				return fmt.Sprintf("scheme %d, row %d:\n got %+v\nwant %+v", i, j, got[i][j], want[i][j])
			}
		}
		if len(got[i]) != len(want[i]) {
			return fmt.Sprintf("scheme %d: got %d rows, want %d", i, len(got[i]), len(want[i]))
		}
	}
	return ""
}

// TestReferenceAccounts: the experiments have every field of schemes known that captures
// can tell, with different values, rows of several flows, and seconds that are not the
// only ones.
func TestReferenceAccounts(t *testing.T) {
	t.Parallel()
	known := make(map[flow.SchemeField]map[flow.SchemeValue]bool)
	met := make(map[string]int)
	for seed := range uint64(1600) {
		e := newExperiment(seed)
		result, err := naive.Run(e.files(e.packets), e.settings)
		if err != nil {
			t.Fatal(err)
		}
		for i, rows := range result.Schemes {
			for _, r := range rows {
				for j, c := range e.accounting.Schemes[i].Columns {
					if known[c.Field] == nil {
						known[c.Field] = make(map[flow.SchemeValue]bool)
					}
					known[c.Field][r.Key[j]] = true
				}
				for what, is := range map[string]bool{
					"several flows": r.FlowsActive > 1, "several addresses": r.DistinctSources > 1,
					"a peak": r.HasPeak && r.Peak < r.Counters.Octets, "a short prefix": r.SourceRoutes == flow.RouteFromKey,
				} {
					if is {
						met[what]++
					}
				}
			}
		}
	}
	told := []flow.SchemeField{ // by exporters alone, or never in these captures
		flow.SchemeExporter, flow.SchemeDomain, flow.SchemeInterface, flow.SchemeDirection, flow.SchemeInIf, flow.SchemeOutIf, flow.SchemeSourceAS,
		flow.SchemeDestinationAS, flow.SchemeNextHop, flow.SchemeBGPNextHop, flow.SchemeForwardingStatus, flow.SchemeSourceRoute, flow.SchemeDestinationRoute, flow.SchemeLabel}
	for f := range flow.SchemeFieldCount {
		if !slices.Contains(told, f) && len(known[f]) < 2 {
			t.Errorf("field %d has %d values only", f, len(known[f]))
		}
	}
	for what, n := range met {
		if n < 20 {
			t.Errorf("only %d rows have %s", n, what)
		}
	}
	if len(met) != 4 {
		t.Errorf("met %v", met)
	}
}
