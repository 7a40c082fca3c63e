package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/accounting"
	"netstream/aggregate/flow"
)

// schemeOptions are the flags about accounting schemes.
type schemeOptions struct {
	texts    []string
	minMask  string
	distinct bool
	peak     bool

	// What the texts say.
	schemes      []flow.Scheme
	minimum      flow.PrefixLengths
	minimumGiven bool
}

func (o *schemeOptions) addFlags(flags *pflag.FlagSet) {
	var names []string
	for _, n := range accounting.NamedSchemes() {
		names = append(names, n.Name)
	}
	flags.StringArrayVarP(&o.texts, "accounting", "A", nil, "also write accounting/<scheme> for these schemes, with commas between them: "+strings.Join(names, ", ")+"; or for one of your own, NAME=FIELD,...: "+strings.Join(accounting.FieldNames(), ", ")+", where src_ip and dst_ip can have prefix lengths, as src_ip/24:64 (repeatable; docs/accounting.md)")
	flags.StringVar(&o.minMask, "min-mask", "", "least prefix lengths of schemes with prefixes, IPV4[:IPV6]: where a route is longer, its length holds")
	flags.Lookup("min-mask").DefValue = "the route's length, 24:64 where no route is known"
	flags.BoolVar(&o.distinct, "distinct", false, "add distinct_src and distinct_dst to the tables of schemes: how many addresses")
	flags.BoolVar(&o.peak, "peak", false, "add peak_bps to the tables of schemes: the rate of the busiest second")
}

// resolve says what the flags mean. The other options of the run have been read.
func (o *schemeOptions) resolve(flags *pflag.FlagSet, run *runOptions) error {
	var labels []string
	for _, label := range run.reference.schemeLabels() {
		labels = append(labels, label.name)
	}
	var err error
	if o.schemes, err = accounting.Parse(o.texts, labels); err != nil {
		return fail(exitUsage, "-A as,prefix and -A 'customer=src_ip/24:64,dscp' are such; netstream help run lists schemes and fields", "cannot use -A: %w", err)
	}
	if run.keys.precedenceOnly() && anyHas(o.schemes, flow.SchemeDSCP) {
		return fail(exitUsage, "precedence in -A, or dscp in --key", "dscp of -A needs the whole DSCP, of which --key has the precedence only")
	}
	o.minimum, o.minimumGiven = accounting.DefaultMinimum(), flags.Changed("min-mask")
	if o.minimumGiven {
		if o.minimum, err = minimumOf(o.minMask); err != nil {
			return err
		}
	}
	switch {
	case len(o.schemes) == 0 && (o.minimumGiven || o.distinct || o.peak):
		return fail(exitUsage, "add -A SCHEME", "--min-mask, --distinct and --peak are for accounting schemes, and there is none")
	case len(o.schemes) > 0 && run.write == "-":
		return fail(exitUsage, "name a directory with -w", "-A writes tables of its own, which standard output has no place for")
	case o.peak && run.flows != nil:
		return fail(exitUsage, "leave one of them out", "--peak is of all packets, and cannot leave those out that --flow-filter does")
	}
	return nil
}

// anyHas says whether one of the schemes has a field.
func anyHas(schemes []flow.Scheme, field flow.SchemeField) bool {
	for i := range schemes {
		if slices.ContainsFunc(schemes[i].Columns, func(c flow.SchemeColumn) bool { return c.Field == field }) {
			return true
		}
	}
	return false
}

// minimumOf reads least prefix lengths. The one of IPv6 is as without the flag if the text
// does not tell it.
func minimumOf(text string) (flow.PrefixLengths, error) {
	if !strings.Contains(text, ":") {
		text += ":" + strconv.Itoa(int(accounting.DefaultMinimum().IPv6))
	}
	lengths, err := accounting.ParseLengths(text)
	if err != nil {
		return lengths, usageError("cannot use --min-mask: %w", err)
	}
	return lengths, nil
}

func (o *schemeOptions) addParameters(to map[string]string) {
	var definitions []string
	for i := range o.schemes {
		definitions = append(definitions, accounting.Definition(&o.schemes[i]))
	}
	to["accounting"] = strings.Join(definitions, " ")
	to["min_mask"] = ""
	if o.minimumGiven {
		to["min_mask"] = fmt.Sprintf("%d:%d", o.minimum.IPv4, o.minimum.IPv6)
	}
	to["distinct"], to["peak"] = strconv.FormatBool(o.distinct), strconv.FormatBool(o.peak)
}

// config gives the same as the engine wants it.
func (o *schemeOptions) config(lookup accounting.Lookup) accounting.Config {
	return accounting.Config{
		Schemes: o.schemes, Lookup: lookup, Minimum: o.minimum, MinimumGiven: o.minimumGiven, Distinct: o.distinct, Peak: o.peak,
	}
}

// notInKey gives the fields of schemes that are NULL for all packets, since the flow key
// does not have them, and whether tunnels are among them, which are not fields alone.
func (o *schemeOptions) notInKey(key flow.KeyFields, tunnels bool) (fields []string, tunnel bool) {
	for i := range o.schemes {
		for _, c := range o.schemes[i].Columns {
			need := keyFieldOf(c.Field)
			switch {
			case need == flow.KeyTunnel:
				tunnel = tunnel || !tunnels
			case key&need != need && !slices.Contains(fields, c.Name):
				fields = append(fields, c.Name)
			}
		}
	}
	return fields, tunnel
}

// keyFieldOf gives the field of flow keys that a field of schemes is read from and that
// not all keys have; 0 if there is none. Addresses, ports and the like are left out:
// who takes them out of the key knows it.
func keyFieldOf(f flow.SchemeField) flow.KeyFields {
	switch f {
	case flow.SchemeVLAN:
		return flow.KeyVLAN
	case flow.SchemeInnerVLAN:
		return flow.KeyInnerVLAN
	case flow.SchemeMPLSLabel:
		return flow.KeyMPLSLabel
	case flow.SchemeMPLSLabel2:
		return flow.KeyMPLSLabel2
	case flow.SchemeMPLSLabel3:
		return flow.KeyMPLSLabel3
	case flow.SchemeSourceMAC:
		return flow.KeySourceMAC
	case flow.SchemeDestinationMAC:
		return flow.KeyDestinationMAC
	case flow.SchemeFlowLabel:
		return flow.KeyFlowLabel
	case flow.SchemeTCPFlags:
		return flow.KeyTCPFlags
	case flow.SchemeTunnelType, flow.SchemeTunnelID, flow.SchemeVNI, flow.SchemeOuterSource, flow.SchemeOuterDestination:
		return flow.KeyTunnel
	}
	return 0
}
