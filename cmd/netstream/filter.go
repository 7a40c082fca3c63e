package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"netstream/reader/filter"
)

// readFilter reads the filter, which may lie in a file.
func (o *runOptions) readFilter() error {
	o.selected = nil
	if o.filterFile != "" {
		if o.filter != "" {
			return usageError("-f and -F both give a filter, want one of them")
		}
		text, err := filterText(o.filterFile)
		if err != nil {
			return fail(exitUsage, "", "cannot read the filter: %w", err)
		}
		o.filter = text
	}
	parsed, err := filter.Parse(o.filter)
	var refused *filter.Error
	if errors.As(err, &refused) {
		return fail(exitUsage, cmp.Or(refused.Hint, "-f 'tcp port 443 and not net 192.0.2.0/24' is such; docs/filters.md has the language"), "%w", err)
	}
	if o.filter = strings.TrimSpace(o.filter); o.filter != "" { // the same filter is the same run
		o.selected = parsed
	}
	return err
}

// filterText gives a filter file with spaces for comments, so that the places
// of errors stay true.
func filterText(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close() // it was only read
	octets, err := io.ReadAll(io.LimitReader(file, filter.MaxLength+1))
	if err != nil {
		return "", err
	}
	if len(octets) > filter.MaxLength {
		return "", fmt.Errorf("%s has more than %d octets", name, filter.MaxLength)
	}
	comment := false
	for i, octet := range octets {
		switch {
		case octet == '\n':
			comment = false
		case octet == '#':
			comment = true
		}
		if comment {
			octets[i] = ' '
		}
	}
	return string(octets), nil
}

// warnUnfiltered tells of inputs to which the filter does not apply: they hold
// records of exporters and no frames.
func (obs *observations) warnUnfiltered(c *console, o *runOptions) {
	for _, in := range obs.all {
		if o.selected != nil && in.exports != nil && !in.exports.HasFrames() {
			obs.progress.clear()
			c.warn("not filtered: %s: it holds exports, and no packets of a capture", in.source.Name)
		}
	}
}
