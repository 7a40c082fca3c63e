package table

import "netstream/aggregate/flow"

// KindOf gives the kind of a name that [Kind.String] gives.
func KindOf(name string) (Kind, bool) {
	for k := Uint8; k.String() != Kind(0xff).String(); k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// Declared gives the kinds of all columns that are declared, by name. A name means the
// same in all tables that it is in.
func Declared(nanoseconds bool) map[string]Kind {
	o := Options{WithMAC: true, FileOf: func(uint32) string { return "" }, Nanoseconds: nanoseconds, Biflows: true, Moments: true, Early: true}
	kinds := make(map[string]Kind)
	for _, section := range Schema(o) {
		for _, c := range section.Columns {
			kinds[c.Name], _ = KindOf(c.Type)
		}
	}
	for _, c := range flexibleColumns[flow.Record](&Options{Key: ^flow.KeyFields(0)}, nil, nil) {
		kinds[c.Name] = c.Kind
	}
	return kinds
}
