package reference

import (
	"errors"
	"net/netip"
)

var errNoCountry = errors.New("there is no country")

// ReadCountries reads which country a prefix is in, by its code: MaxMind DB files, and
// CSV of prefix and country. The error is one of reading.
func ReadCountries(in Stream, add func(prefix netip.Prefix, country string)) (Report, error) {
	var report Report
	if isBinary(in.Peek(sniffed)) {
		err := readMMDB(in, &report, func(prefix netip.Prefix, c content) bool {
			if c.country != "" {
				add(prefix, c.country)
			}
			return c.country != ""
		})
		return report, err
	}
	l := newLines(in, &report)
	first, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	countryColumn := column{names: []string{"country", "country_code", "country_iso_code"}}
	err = readTable(l, first, []column{prefixColumn(), countryColumn}, func(t *table) error {
		prefix, err := parsePrefix(t.cell(0))
		switch {
		case err != nil:
			return err
		case t.cell(1) == "":
			return errNoCountry
		}
		add(prefix, t.cell(1))
		return nil
	})
	return report, err
}
