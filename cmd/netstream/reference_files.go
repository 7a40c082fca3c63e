package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"netstream/aggregate/enrich"
	"netstream/reader/anonymize"
	"netstream/reader/input"
	"netstream/reader/reference"
	"netstream/writer/manifest"
)

// referenceBuilder reads the files of reference data.
type referenceBuilder struct {
	*enrich.Builder
	options *referenceOptions
	replace *anonymize.Key // what becomes of addresses: what the files say of them is said of their replacements
	asked   bool
}

// referenceKind is a kind of file: the flag that names it, and how it is read.
type referenceKind struct {
	use   string
	names []string
	read  func(reference.Stream) (reference.Report, error)
}

func (b *referenceBuilder) kinds() []referenceKind {
	o := b.options
	file := func(name string) []string {
		if name == "" || name == defaultNames {
			return nil
		}
		return []string{name}
	}
	return []referenceKind{
		{"as", o.routes, func(in reference.Stream) (reference.Report, error) {
			return reference.ReadRoutes(in, func(r reference.Route) { b.AddRoute(b.replace.Prefix(r.Prefix), r.Origin, r.Votes) })
		}},
		{"as-names", o.asNames, func(in reference.Stream) (reference.Report, error) {
			return reference.ReadASNames(in, b.AddASName)
		}},
		{"geo", o.countries, func(in reference.Stream) (reference.Report, error) {
			return reference.ReadCountries(in, func(prefix netip.Prefix, country string) { b.AddCountry(b.replace.Prefix(prefix), country) })
		}},
		{"prefixes", o.labels, func(in reference.Stream) (reference.Report, error) {
			var add func(netip.Prefix, []string)
			return reference.ReadLabels(in, func(names []string) { add = b.AddLabels(names) },
				func(prefix netip.Prefix, texts []string) { add(b.replace.Prefix(prefix), texts) })
		}},
		{"interfaces", o.interfaces, func(in reference.Stream) (reference.Report, error) {
			return reference.ReadInterfaces(in, func(i reference.Interface) { b.AddInterface(b.replace.Addr(i.Exporter), i.Index, i.Name, i.Speed) })
		}},
		{"services", file(o.services), func(in reference.Stream) (reference.Report, error) {
			return reference.ReadServices(in, b.AddService)
		}},
		{"dscp-classes", file(o.classes), func(in reference.Stream) (reference.Report, error) {
			return reference.ReadClasses(in, b.AddClass)
		}},
	}
}

// read reads one file. A file that is damaged as a whole, or of which nothing can be
// used, is refused: rows would be without what they were to have.
func (b *referenceBuilder) read(use, name string, read func(reference.Stream) (reference.Report, error)) error {
	refused := func(hint string, err error) error {
		return fail(exitUsage, hint, "cannot read %s of --%s: %w", name, use, err)
	}
	in, err := input.Open(input.Source{Name: name}, nil, input.Options{})
	if err != nil {
		return fail(exitUsage, "", "cannot read the file of --%s: %w", use, err)
	}
	report, err := read(in)
	if err == nil {
		_, err = io.Copy(io.Discard, in) // what is behind the entries is part of the digest
	}
	if closing := in.Close(); err == nil {
		err = closing
	}
	account := in.Account()
	if err == nil && len(account.Damage) > 0 {
		err = account.Damage[0]
	}
	switch {
	case err != nil:
		return refused("", err)
	case report.Entries == 0 && len(report.Faults) > 0:
		return refused("docs/enrichment.md has the formats", errors.New(report.Faults[0].String()))
	case report.Entries == 0:
		return refused("docs/enrichment.md has the formats", errors.New("it holds nothing of use"))
	case account.ContentDigest == nil || account.StoredDigest == nil:
		return refused("", errors.New("it was not read to its end"))
	}
	if report.FaultCount > 0 {
		what := "line"
		if report.Faults[0].Line == 0 {
			what = "record"
		}
		b.options.warnings = append(b.options.warnings, fmt.Sprintf("%s of --%s: %s %s cannot be used, of %s: %s", name, use,
			count(report.FaultCount), plural(report.FaultCount, what), count(report.FaultCount+report.Entries), report.Faults[0]))
	}
	b.options.files = append(b.options.files, describeReference(use, &report, &account))
	return nil
}

func describeReference(use string, report *reference.Report, a *input.Account) manifest.Reference {
	r := manifest.Reference{
		Use: use, Name: a.Name, Format: report.Format, Size: a.Stored, ContentSize: a.Expanded,
		SHA256: a.StoredDigest.String(), ContentSHA256: a.ContentDigest.String(),
		Entries: report.Entries, LeftOut: report.LeftOut, FaultCount: report.FaultCount,
	}
	for _, f := range report.Faults {
		r.Faults = append(r.Faults, manifest.Fault{Line: f.Line, Offset: f.Offset, Detail: f.Text})
	}
	return r
}
