package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/enrich"
	"netstream/aggregate/recordfilter"
	"netstream/reader/anonymize"
	"netstream/reader/reference"
	"netstream/writer/manifest"
	"netstream/writer/table"
)

// referenceOptions are the flags that name reference data.
type referenceOptions struct {
	routes     []string
	override   bool
	asNames    []string
	countries  []string
	labels     []string
	interfaces []string
	services   string // "" for none, defaultNames for those that are built in
	classes    string

	// What the files say.
	data     *enrich.Data         // nil if nothing was asked for
	files    []manifest.Reference // in the order of use and content
	warnings []string
}

// defaultNames stands for names that need no file.
const defaultNames = "default"

func (o *referenceOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.routes, "as", nil, "add src_as, dst_as, src_mask and dst_mask by the routes in this file: MRT RIB dump, CAIDA pfx2as, CSV or MaxMind DB (repeatable; docs/enrichment.md)")
	flags.BoolVar(&o.override, "as-override", false, "let the routes of --as go before what exporters tell")
	flags.StringArrayVar(&o.asNames, "as-names", nil, "add src_as_name and dst_as_name by this file: lines of number and name, or MaxMind DB (repeatable)")
	flags.StringArrayVar(&o.countries, "geo", nil, "add src_country and dst_country by this file: MaxMind DB, or CSV of prefix and country (repeatable)")
	flags.StringArrayVar(&o.labels, "prefixes", nil, "add src_NAME and dst_NAME for each column NAME of this CSV file beside its column prefix (repeatable)")
	flags.StringArrayVar(&o.interfaces, "interfaces", nil, "name in_if and out_if where the exporter does not, by this CSV file: exporter, if_index, if_name, speed_bps (repeatable)")
	flags.StringVar(&o.services, "services", "", "add service and service_side: which port has a name, in this file (/etc/services, or CSV of port, protocol and name) or by registration")
	flags.StringVar(&o.classes, "dscp-classes", "", "add dscp_class: by this CSV file of dscp and class, or the standard name of the DSCP")
	flags.Lookup("services").NoOptDefVal = defaultNames
	flags.Lookup("dscp-classes").NoOptDefVal = defaultNames
}

// readReference reads the files that the flags name.
func (o *runOptions) readReference() error {
	r := &o.reference
	r.data, r.files, r.warnings = nil, nil, nil
	if r.override && len(r.routes) == 0 {
		return fail(exitUsage, "add --as FILE", "--as-override is for the routes of --as, which is not given")
	}
	if r.classes != "" && o.keys.precedenceOnly() {
		return fail(exitUsage, "dscp in --key has it", "--dscp-classes needs the whole DSCP, of which --key has the precedence only")
	}
	if err := r.readFiles(o.anonymize.key); err != nil || r.data == nil {
		return err
	}
	options := table.Options{Elements: o.elementNames(), WithMAC: o.withMAC, Key: o.keys.definition.Fields, Reference: r.columns(), FileOf: func(uint32) string { return "" }}
	for _, columns := range [][]table.Description{table.Describe(table.Flows(options)), table.Describe(table.Intervals(options))} {
		there := make(map[string]bool)
		for _, c := range columns {
			if there[c.Name] {
				return fail(exitUsage, "rename the column in the file of --prefixes", "--prefixes gives a column %s, which the tables have already", c.Name)
			}
			there[c.Name] = true
		}
	}
	return nil
}

// readFiles makes the data, for addresses as the key replaces them.
func (o *referenceOptions) readFiles(replace *anonymize.Key) error {
	b := &referenceBuilder{Builder: enrich.NewBuilder(), options: o, replace: replace}
	for _, kind := range b.kinds() {
		for _, name := range kind.names {
			b.asked = true
			if err := b.read(kind.use, name, kind.read); err != nil {
				return err
			}
		}
	}
	b.addDefaults()
	if !b.asked {
		return nil
	}
	data, err := b.Build(o.override)
	if err != nil {
		return fail(exitUsage, "", "%w", err)
	}
	o.data = data
	slices.SortFunc(o.files, func(a, c manifest.Reference) int {
		return strings.Compare(a.Use+" "+a.ContentSHA256+" "+a.Name, c.Use+" "+c.ContentSHA256+" "+c.Name)
	})
	return nil
}

// warn tells what of the files is not used.
func (o *referenceOptions) warn(c *console) {
	for _, warning := range o.warnings {
		c.warn("%s", warning)
	}
	if o.data != nil && o.data.Contradictory {
		c.warn("files of reference data say different things of the same: the least of them counts")
	}
}

// columns says which columns the tables get; nil if nothing was asked for.
func (o *referenceOptions) columns() *table.Reference {
	d := o.data
	if d == nil {
		return nil
	}
	return &table.Reference{
		Routes: d.HasRoutes(), Interfaces: d.HasInterfaces(), ASNames: d.HasASNames(), Countries: d.HasCountries(),
		Services: d.HasServices(), Classes: d.HasClasses(), Labels: d.LabelNames, Text: d.Texts.Text,
	}
}

// filterColumns says the same for the filter of flow records.
func (o *referenceOptions) filterColumns() *recordfilter.Reference {
	return (*recordfilter.Reference)(o.columns())
}

// addParameters adds what was asked for, and nothing else: the content of the files by
// its digests, whatever the files are called and in which order they come.
func (o *referenceOptions) addParameters(to map[string]string) {
	contents := make(map[string][]string)
	for _, f := range o.files {
		contents[f.Use] = append(contents[f.Use], f.ContentSHA256)
	}
	for use := range maps.Keys(contents) {
		to[parameterName(use)] = strings.Join(contents[use], " ")
	}
	if o.override {
		to[parameterName("as-override")] = "true"
	}
	if o.services == defaultNames {
		to[parameterName("services")] = defaultNames
	}
	if o.classes == defaultNames {
		to[parameterName("dscp-classes")] = defaultNames
	}
}

// parameterName gives the parameter of a flag that names files. That of --interfaces has
// a name of its own, as the rules of --interface and --interface-map are "interfaces".
func parameterName(flag string) string {
	if flag == "interfaces" {
		return "interface_names"
	}
	return strings.ReplaceAll(flag, "-", "_")
}

// addDefaults adds the names that need no file.
func (b *referenceBuilder) addDefaults() {
	if b.options.services == defaultNames {
		b.asked = true
		reference.RegisteredServices(b.AddService)
	}
	if b.options.classes == defaultNames {
		b.asked = true
		for dscp := range uint8(reference.DSCPCount) {
			b.AddClass(dscp, reference.CodePointName(dscp))
		}
	}
}
