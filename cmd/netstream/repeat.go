package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/accounting"
	"netstream/aggregate/flow"
	"netstream/reader/input"
	"netstream/writer/manifest"
)

// repetition makes the options of a finished run from its parameters, flag by flag:
// first those of its profile, then each parameter that differs gets its flag. What comes
// out has the parameters of the run, or is none.
type repetition struct {
	wanted  map[string]string
	files   map[string][]string // of reference data, by the flag that names them
	left    []string            // parameters that are not repeated
	scratch string              // folder for files that flags name; "" if there can be none
	given   map[string][]string // values of flags so far
}

// optionsOf gives the options of a run that has the parameters, but for those that are
// left out, with the files of reference data. Files that are needed besides are made in
// the folder scratch.
func optionsOf(parameters map[string]string, files map[string][]string, scratch string, left ...string) (*runOptions, error) {
	r := &repetition{wanted: parameters, files: files, left: left, scratch: scratch, given: map[string][]string{
		"write": {"repeated"}, "output-format": {parameters["output_format"]},
	}}
	for use, names := range files {
		r.given[use] = names
	}
	if profile := parameters["profile"]; profile != "" && profile != defaultProfile {
		r.given["profile"] = []string{profile}
	}
	o, differing, err := r.resolve()
	for len(differing) > 0 {
		before := len(r.given)
		if err := r.askAll(differing); err != nil {
			return nil, err
		}
		if len(r.given) == before {
			break
		}
		o, differing, err = r.resolve()
	}
	if err != nil {
		return nil, err
	}
	if len(differing) > 0 {
		name := differing[0]
		return nil, fmt.Errorf("parameter %s is %q, which no flag of this version gives again", name, parameters[name])
	}
	return o, nil
}

// resolve gives the options of the flags so far and the parameters in which they differ
// from those wanted. Flags that need each other may be asked for in the same step only,
// so an error counts if nothing else can be asked for.
func (r *repetition) resolve() (*runOptions, []string, error) {
	o := new(runOptions)
	flags := newFlags("run")
	o.addFlags(flags)
	for _, name := range sortedKeys(r.given) {
		for _, value := range r.given[name] {
			if err := flags.Set(name, value); err != nil {
				return nil, nil, err
			}
		}
	}
	err := o.validate(flags)
	got := o.parameters()
	var differing []string
	for _, name := range sortedKeys(r.wanted) {
		if got[name] != r.wanted[name] && !slices.Contains(r.left, name) {
			differing = append(differing, name)
		}
	}
	for _, name := range sortedKeys(got) {
		if _, ok := r.wanted[name]; !ok && !slices.Contains(r.left, name) {
			differing = append(differing, name)
		}
	}
	return o, differing, err
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// askAll adds the flags of parameters. Those that follow from others by default come
// last, as they may not be given where they have no say.
func (r *repetition) askAll(parameters []string) error {
	dependent := []string{"end_grace", "direction", "meter", "zone_database", "key"}
	first := slices.DeleteFunc(slices.Clone(parameters), func(name string) bool { return slices.Contains(dependent, name) })
	if len(first) == 0 {
		first = parameters
	}
	before := len(r.given)
	for _, name := range first {
		if err := r.ask(name); err != nil {
			return err
		}
	}
	if len(r.given) > before || len(first) == len(parameters) {
		return nil
	}
	for _, name := range parameters {
		if err := r.ask(name); err != nil {
			return err
		}
	}
	return nil
}

// ask adds the flag of a parameter, if it has none yet.
func (r *repetition) ask(parameter string) error {
	text := r.wanted[parameter]
	if !isSetting(parameter, text) {
		return nil
	}
	name := strings.ReplaceAll(parameter, "_", "-")
	values := []string{text}
	switch parameter {
	case "elements":
		name, values = "element", strings.Fields(text)
	case "timeouts":
		name, values = "timeout", timeoutValues(text)
	case "accounting":
		values = schemeTexts(text)
	case "interfaces":
		return r.askInterfaces(text)
	case "key":
		r.askKey(text)
		return nil
	}
	if _, asked := r.given[name]; asked || newRunFlags().Lookup(name) == nil {
		return nil
	}
	r.given[name] = values
	return nil
}

// isSetting says whether a parameter is one whose flag run.json may set. It may not name
// files: what lies behind the names in it is not known.
func isSetting(parameter, text string) bool {
	switch parameter {
	case "services", "dscp_classes":
		return text == defaultNames
	case "as_override", "input_digest":
		return true
	}
	_, known := new(runOptions).parameters()[parameter]
	return known
}

func newRunFlags() *pflag.FlagSet {
	flags := newFlags("run")
	new(runOptions).addFlags(flags)
	return flags
}

// schemeTexts gives the values of -A: schemes that have a name by that alone, the others
// by their definition.
func schemeTexts(text string) []string {
	named := make(map[string]bool)
	for _, scheme := range accounting.NamedSchemes() {
		named[scheme.Name] = true
	}
	texts := strings.Fields(text)
	for i, definition := range texts {
		name, fields, _ := strings.Cut(definition, "=")
		if texts[i] = name; !named[name] {
			texts[i] = name + "=" + strings.Join(askedFields(strings.Split(fields, ",")), ",")
		}
	}
	return texts
}

// askedFields leaves out of the columns of a scheme the prefix lengths that come with
// a prefix, and those of whole addresses, which no text asks for.
func askedFields(columns []string) []string {
	var fields []string
	for _, column := range columns {
		last := ""
		if len(fields) > 0 {
			last = fields[len(fields)-1]
		}
		side, isMask := strings.CutSuffix(column, "_mask")
		if isMask && (last == side+"_prefix" || strings.HasPrefix(last, side+"_ip/")) {
			continue
		}
		fields = append(fields, strings.TrimSuffix(column, "/32:128"))
	}
	return fields
}

// timeoutValues gives the flags of timers by protocol, whose ranges are told one by one.
func timeoutValues(text string) []string {
	var values []string
	for _, part := range strings.Fields(text) {
		numbers, timers, _ := strings.Cut(part, "=")
		var first, last int
		if n, _ := fmt.Sscanf(numbers, "%d-%d", &first, &last); n < 2 {
			last = first
		}
		for p := max(first, 0); p <= last && p < 256; p++ {
			values = append(values, fmt.Sprintf("%d=%s", p, timers))
		}
	}
	return values
}

// askInterfaces gives the map of interfaces as the file that it reads back.
func (r *repetition) askInterfaces(text string) error {
	if r.given["interface-map"] != nil || text == "" {
		return nil
	}
	file, err := os.CreateTemp(r.scratch, "interfaces-*.csv")
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if closing := file.Close(); err == nil {
		err = closing
	}
	r.given["interface-map"] = []string{file.Name()}
	return err
}

// askKey adds the flags that make the definition of a key. Some definitions have fields
// that can be had by the name of a kind only, and those of biflows have the ToS octet
// only if it is asked for.
func (r *repetition) askKey(definition string) {
	if r.given["key"] != nil {
		return
	}
	r.given["key"] = []string{definition}
	candidates := []string{definition}
	for _, kind := range keyKinds() {
		parsed, err := parseKey(kind.name)
		if err != nil {
			continue
		}
		has := strings.Split(parsed.definition.String(), ",")
		rest := []string{kind.name}
		for _, field := range strings.Split(definition, ",") {
			if !slices.Contains(has, field) && field != "tos" && field != "dscp" {
				rest = append(rest, field)
			}
		}
		candidates = append(candidates, strings.Join(rest, ","))
	}
	for _, text := range candidates {
		parsed, err := parseKey(text)
		outer := r.wanted["meter"] == "outer" && (parsed.inner || parsed.named&(flow.KeyTunnel|flow.KeyTunnelID) != 0)
		if err != nil || outer {
			continue
		}
		if parsed.definition.String() == definition && (r.wanted["biflow"] != "true" || parsed.definition.Fields&flow.KeyClassOfService == 0) {
			r.given["key"] = []string{text}
			return
		}
		for _, tos := range [...]string{"tos", "dscp", "none"} {
			changed := parsed.definition
			if parsed.named&flow.KeyClassOfService == 0 && setTOS(&changed, tos) == nil && changed.String() == definition {
				r.given["key"], r.given["with-tos"] = []string{text}, []string{tos}
				return
			}
		}
	}
}

// repeatedInputs are the inputs of a run that is repeated, as it found them.
type repeatedInputs struct {
	selection input.Selection
	leftOut   bool
}

// inputsOf gives the inputs of a run, where they are now.
func inputsOf(m *manifest.Manifest, locate func(string) string) *repeatedInputs {
	in := &repeatedInputs{leftOut: !m.Complete}
	for i := range m.Inputs {
		in.leftOut = in.leftOut && m.Inputs[i].Complete
		in.selection.Sources = append(in.selection.Sources, input.Source{Name: m.Inputs[i].Name, Location: locate(m.Inputs[i].Name)})
	}
	for _, s := range m.Skipped {
		in.selection.Skipped = append(in.selection.Skipped, input.Skipped{Name: s.Name, Why: s.Why})
	}
	return in
}

// referenceNames gives the files of reference data of a run by the flags that name them.
func referenceNames(m *manifest.Manifest, locate func(string) string) map[string][]string {
	names := make(map[string][]string)
	for i := range m.References {
		names[m.References[i].Use] = append(names[m.References[i].Use], locate(m.References[i].Name))
	}
	return names
}
