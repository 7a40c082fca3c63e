package main

import (
	"slices"
	"strings"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/writer/audit"
	"netstream/writer/manifest"
	"netstream/writer/table"
)

// columnsOfRun gives the columns that a table must have under the parameters of a run,
// nil if that cannot be known.
func columnsOfRun(m *manifest.Manifest, name string) *audit.Columns {
	left, labels := parametersOfTables(m)
	scheme := strings.HasPrefix(name, "accounting/")
	if !scheme || labels {
		left = append(left, "accounting", "min_mask", "distinct", "peak")
	}
	if scheme && labels {
		return nil // a key may have columns that only the files name
	}
	left = append(left, "interfaces", "partition", "state", "state_final", "anonymize")
	o, err := optionsOf(m.Parameters, nil, "", left...)
	if err != nil {
		return nil
	}
	options := o.tableOptions(m)
	columns := &audit.Columns{Labels: labels}
	switch {
	case name == table.FlowTable:
		columns.Descriptions = table.Describe(table.Flows(options))
	case name == table.IntervalTable:
		columns.Descriptions = table.Describe(table.Intervals(options))
	case name == table.LedgerTable:
		columns.Descriptions = table.Describe(table.Ledger())
	case name == table.ExporterTable:
		columns.Descriptions = table.Describe(table.Exporters(options))
	case scheme:
		i := slices.IndexFunc(o.accounting.schemes, func(s flow.Scheme) bool { return table.SchemeTable(&s) == name })
		if i < 0 {
			return &audit.Columns{} // no scheme has this table
		}
		columns.Descriptions = table.Describe(table.Scheme(options, &o.accounting.schemes[i]))
	default:
		return nil
	}
	return columns
}

// tableOptions gives what the declarations of columns depend on.
func (o *runOptions) tableOptions(m *manifest.Manifest) table.Options {
	options := table.Options{
		Elements: o.elementNames(), Nanoseconds: o.timeUnit == "ns", WithMAC: o.withMAC, Tunnels: o.packets.layer != reader.LayerOuter,
		Key: o.keys.definition.Fields, Biflows: o.keys.biflow,
		Moments: o.features.kept.Moments, Early: o.features.kept.Early > 0,
		Distinct: o.accounting.distinct, Peak: o.accounting.peak,
	}
	if o.withFile {
		options.FileOf = func(uint32) string { return "" }
	}
	has := func(use string) bool { return m.Parameters[parameterName(use)] != "" }
	if has("as") || has("as-names") || has("geo") || has("prefixes") || has("interfaces") || has("services") || has("dscp-classes") {
		options.Reference = &table.Reference{
			Routes: has("as"), Interfaces: has("interfaces"), ASNames: has("as-names"), Countries: has("geo"), Services: has("services"), Classes: has("dscp-classes"),
		}
	}
	return options
}
