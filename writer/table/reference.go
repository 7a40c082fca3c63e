package table

import (
	"strings"

	"netstream/aggregate/flow"
)

// Reference says which attributes rows have from reference data (docs/enrichment.md).
type Reference struct {
	Routes     bool // autonomous systems and prefix lengths: flows have those that count, intervals have columns of them
	Interfaces bool // names of interfaces

	// Each of these adds columns to both tables, behind all that do not depend on what was
	// asked for.
	ASNames   bool     // src_as_name and dst_as_name
	Countries bool     // src_country and dst_country
	Services  bool     // service and service_side
	Classes   bool     // dscp_class
	Labels    []string // src_ and dst_ with each of these behind it

	// Text gives the text of a number that attributes have. It must not be nil if rows are
	// read.
	Text func(number uint32) string
}

// routes and interfaces say what there is; nothing without reference data.
func (r *Reference) routes() bool     { return r != nil && r.Routes }
func (r *Reference) interfaces() bool { return r != nil && r.Interfaces }

func flowAttributes(r *flow.Record) *flow.Attributes             { return r.Attributes }
func intervalAttributes(r *flow.IntervalRecord) *flow.Attributes { return r.Attributes }

// named gives the device with the names of interfaces that reference data complete.
func named[R any](o *Options, of func(*R) *flow.Attributes, d device[R]) device[R] {
	if !o.Reference.interfaces() {
		return d
	}
	d.inName = func(r *R) uint32 { return of(r).InIfName }
	d.outName = func(r *R) uint32 { return of(r).OutIfName }
	return d
}

// routeColumns declares autonomous systems and prefix lengths that reference data
// complete.
func routeColumns[R any](of func(*R) *flow.Attributes) []Column[R] {
	column := func(field flow.Fields, c Column[R], get func(*flow.Attributes) int64) Column[R] {
		c.Null = func(r *R) bool { return of(r).Has&field == 0 }
		c.Int = func(r *R) int64 { return get(of(r)) }
		return c
	}
	system := "Autonomous system of the %s: in the flow table the exporter's if it tells one other than 0; else the origin of the longest prefix of --as that matches; NULL if neither is known."
	length := "Prefix length of the %s's route: in the flow table the exporter's if it tells one other than 0; else that of the longest prefix of --as that matches; NULL if neither is known."
	return []Column[R]{
		column(flow.FieldSourceAS, Column[R]{
			Name: "src_as", Kind: Uint32, Elements: []Element{{16, "bgpSourceAsNumber"}}, Definition: defined(system, "source"),
		}, func(a *flow.Attributes) int64 { return int64(a.SourceAS) }),
		column(flow.FieldDestinationAS, Column[R]{
			Name: "dst_as", Kind: Uint32, Elements: []Element{{17, "bgpDestinationAsNumber"}}, Definition: defined(system, "destination"),
		}, func(a *flow.Attributes) int64 { return int64(a.DestinationAS) }),
		column(flow.FieldSourceMask, Column[R]{
			Name: "src_mask", Kind: Uint8, Elements: []Element{{9, "sourceIPv4PrefixLength"}, {29, "sourceIPv6PrefixLength"}}, Unit: "bits",
			Definition: defined(length, "source"),
		}, func(a *flow.Attributes) int64 { return int64(a.SourceMask) }),
		column(flow.FieldDestinationMask, Column[R]{
			Name: "dst_mask", Kind: Uint8, Elements: []Element{{13, "destinationIPv4PrefixLength"}, {30, "destinationIPv6PrefixLength"}}, Unit: "bits",
			Definition: defined(length, "destination"),
		}, func(a *flow.Attributes) int64 { return int64(a.DestinationMask) }),
	}
}

// referenceColumns declares what only reference data say.
func referenceColumns[R any](reference *Reference, of func(*R) *flow.Attributes) []Column[R] {
	if reference == nil {
		return nil
	}
	t := referenceTexts[R]{reference.Text, of}
	var columns []Column[R]
	if reference.ASNames {
		columns = append(columns,
			t.column("src_as_name", "Name of src_as by --as-names; NULL if it has none there.", func(a *flow.Attributes) uint32 { return a.SourceASName }),
			t.column("dst_as_name", "Name of dst_as by --as-names; NULL if it has none there.", func(a *flow.Attributes) uint32 { return a.DestinationASName }))
	}
	if reference.Countries {
		definition := "Country of the %s: that of the longest prefix of --geo that matches; NULL if there is none."
		columns = append(columns,
			t.column("src_country", defined(definition, "source"), func(a *flow.Attributes) uint32 { return a.SourceCountry }),
			t.column("dst_country", defined(definition, "destination"), func(a *flow.Attributes) uint32 { return a.DestinationCountry }))
	}
	if reference.Services {
		columns = append(columns, t.services()...)
	}
	if reference.Classes {
		columns = append(columns, t.column("dscp_class",
			"Class of service of the DSCP by --dscp-classes: its standard name or number, or with a file the class there, other for the rest; NULL if tos is.",
			func(a *flow.Attributes) uint32 { return a.Class }))
	}
	for i, name := range reference.Labels {
		definition := name + " of the %s: that of the longest prefix of the file of --prefixes that matches; NULL if there is none."
		columns = append(columns,
			t.column("src_"+name, defined(definition, "source"), func(a *flow.Attributes) uint32 { return a.SourceLabels[i] }),
			t.column("dst_"+name, defined(definition, "destination"), func(a *flow.Attributes) uint32 { return a.DestinationLabels[i] }))
	}
	return columns
}

// referenceTexts makes columns of texts of reference data.
type referenceTexts[R any] struct {
	text func(uint32) string
	of   func(*R) *flow.Attributes
}

func (t referenceTexts[R]) column(name, definition string, number func(*flow.Attributes) uint32) Column[R] {
	return Column[R]{
		Name: name, Kind: Text, Definition: definition,
		Null:   func(r *R) bool { return number(t.of(r)) == 0 },
		Symbol: func(r *R) Symbol { return Symbol{Low: uint64(number(t.of(r)))} },
		Spell:  func(dst []byte, s Symbol) []byte { return appendValid(dst, t.text(uint32(s.Low))) },
	}
}

func (t referenceTexts[R]) services() []Column[R] {
	return []Column[R]{
		t.column("service", "Name of the service by its port: the lower one of the ports that have a name; NULL if neither has one.",
			func(a *flow.Attributes) uint32 { return a.Service }),
		{
			Name: "service_side", Kind: Text,
			Definition: "Which port service is of: src or dst, dst if both ports are equal; NULL if service is.",
			Null:       func(r *R) bool { return t.of(r).ServiceSide == flow.NoSide },
			Symbol:     func(r *R) Symbol { return Symbol{Low: uint64(t.of(r).ServiceSide)} },
			Spell:      func(dst []byte, s Symbol) []byte { return append(dst, flow.Side(s.Low).String()...) },
		},
	}
}

// defined gives a definition with its side.
func defined(definition, side string) string { return strings.Replace(definition, "%s", side, 1) }
