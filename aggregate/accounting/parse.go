package accounting

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"netstream/aggregate/flow"
)

// MaxColumns is how many columns the key of a scheme may have, MaxSchemes how many
// schemes a run. A row of a scheme must fit into [runs.MaxRow] octets.
const (
	MaxColumns = 24
	MaxSchemes = 64
)

// maxTexts is how many of the columns may be texts, maxName how long a name may be.
const (
	maxTexts = 6
	maxName  = 64
)

// Parse reads what -A says, one text for each time that it is given: names of
// schemes with commas between them, or one definition NAME=FIELD,... of a scheme.
// labels are the names of labels that are known of flows. The schemes come in the
// order of their names, so that the order of texts does not matter.
func Parse(texts []string, labels []string) ([]flow.Scheme, error) {
	var schemes []flow.Scheme
	for _, text := range texts {
		parsed, err := parse(text, labels)
		if err != nil {
			return nil, err
		}
		schemes = append(schemes, parsed...)
	}
	slices.SortFunc(schemes, func(a, b flow.Scheme) int { return strings.Compare(a.Name, b.Name) })
	for i := range schemes[:max(len(schemes)-1, 0)] {
		if schemes[i].Name == schemes[i+1].Name {
			return nil, fmt.Errorf("scheme %s is asked for twice", schemes[i].Name)
		}
	}
	if len(schemes) > MaxSchemes {
		return nil, fmt.Errorf("%d schemes, at most %d can be had in a run", len(schemes), MaxSchemes)
	}
	return schemes, nil
}

// parse reads one text.
func parse(text string, labels []string) ([]flow.Scheme, error) {
	if name, fields, free := strings.Cut(text, "="); free {
		if err := checkName(name); err != nil {
			return nil, err
		}
		scheme, err := define(name, fields, labels)
		return []flow.Scheme{scheme}, err
	}
	var schemes []flow.Scheme
	for name := range strings.SplitSeq(text, ",") {
		i := slices.IndexFunc(NamedSchemes(), func(n Named) bool { return n.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scheme %q", name)
		}
		scheme, err := define(name, NamedSchemes()[i].Fields, labels)
		if err != nil {
			return nil, err
		}
		schemes = append(schemes, scheme)
	}
	return schemes, nil
}

// checkName says whether a scheme of the user can have a name, which is that of a file.
func checkName(name string) error {
	plain := func(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' || r == '-' }
	switch {
	case name == "" || len(name) > maxName || strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) >= 0 || name[0] == '-' || name[0] == '_':
		return fmt.Errorf("scheme name %q must be of 1 to %d lower-case letters, digits, _ and -, the first a letter or digit", name, maxName)
	case slices.ContainsFunc(NamedSchemes(), func(n Named) bool { return n.Name == name }):
		return fmt.Errorf("scheme %s cannot be defined anew", name)
	}
	return nil
}

// define makes a scheme of its fields.
func define(name, text string, labels []string) (flow.Scheme, error) {
	scheme := flow.Scheme{Name: name}
	fail := func(err error) (flow.Scheme, error) { return flow.Scheme{}, fmt.Errorf("scheme %s: %w", name, err) }
	asked := make(map[string]bool)
	texts := 0
	for entry := range strings.SplitSeq(text, ",") {
		columns, err := columnsOf(entry, labels)
		if err != nil {
			return fail(err)
		}
		if asked[entry] {
			return fail(fmt.Errorf("field %q is there twice", entry))
		}
		asked[entry] = true
		for _, c := range columns {
			i := slices.IndexFunc(scheme.Columns, func(has flow.SchemeColumn) bool { return has.Name == c.Name })
			switch {
			case i < 0:
				scheme.Columns = append(scheme.Columns, c)
			case scheme.Columns[i] != c:
				return fail(fmt.Errorf("field %q: there is another column %s already", entry, c.Name))
			}
			if i < 0 && (c.Field == flow.SchemeLabel || c.Field == flow.SchemeInterface) {
				texts++
			}
		}
	}
	if len(scheme.Columns) > MaxColumns || texts > maxTexts {
		return fail(fmt.Errorf("%d columns, %d of texts, can be %d and %d at most", len(scheme.Columns), texts, MaxColumns, maxTexts))
	}
	return scheme, nil
}

// columnsOf gives the columns of a field, as src_ip/24:64.
func columnsOf(entry string, labels []string) ([]flow.SchemeColumn, error) {
	name, lengths, masked := strings.Cut(entry, "/")
	if masked {
		parsed, err := ParseLengths(lengths)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", entry, err)
		}
		if columns := prefixed(name, parsed); columns != nil {
			return columns, nil
		}
		return nil, fmt.Errorf("field %q: only src_ip and dst_ip have a prefix length", entry)
	}
	for _, f := range fields() {
		if f.name == name {
			return f.columns, nil
		}
	}
	if i := slices.Index(labels, name); i >= 0 {
		return []flow.SchemeColumn{{Name: name, Field: flow.SchemeLabel, Label: i}}, nil
	}
	return nil, fmt.Errorf("there is no field %q", entry)
}

// FieldNames gives the names of all fields but labels.
func FieldNames() []string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.name)
	}
	return names
}

// Definition gives the text that tells a scheme from others: its name and its columns.
func Definition(s *flow.Scheme) string {
	var b strings.Builder
	b.WriteString(s.Name)
	separator := byte('=')
	for _, c := range s.Columns {
		b.WriteByte(separator)
		separator = ','
		b.WriteString(c.Name)
		if c.Field == flow.SchemeSource || c.Field == flow.SchemeDestination {
			fmt.Fprintf(&b, "/%d:%d", c.Lengths.IPv4, c.Lengths.IPv6)
		}
	}
	return b.String()
}

// ParseLengths reads prefix lengths: N for IPv4 with whole IPv6 addresses, or N:M.
func ParseLengths(text string) (flow.PrefixLengths, error) {
	first, second, both := strings.Cut(text, ":")
	ipv4, err := parseLength(first, 32)
	if err != nil {
		return flow.PrefixLengths{}, err
	}
	if !both {
		return flow.PrefixLengths{IPv4: ipv4, IPv6: 128}, nil
	}
	ipv6, err := parseLength(second, 128)
	return flow.PrefixLengths{IPv4: ipv4, IPv6: ipv6}, err
}

func parseLength(text string, most uint64) (uint8, error) {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n > most {
		return 0, fmt.Errorf("prefix length %q must be 0 to %d", text, most)
	}
	return uint8(n), nil
}
