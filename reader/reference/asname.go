package reference

import (
	"net/netip"
	"strings"
)

// ReadASNames reads the names of autonomous systems: lines of number, separator (comma,
// semicolon, bar, tab or blank) and name, and MaxMind DB files. A name in quotation
// marks ends with them, another one with the line. The error is one of reading.
func ReadASNames(in Stream, add func(as uint32, name string)) (Report, error) {
	var report Report
	if isBinary(in.Peek(sniffed)) {
		err := readMMDB(in, &report, func(_ netip.Prefix, c content) bool {
			if c.as == 0 || c.asName == "" {
				return false
			}
			add(c.as, c.asName)
			return true
		})
		return report, err
	}
	report.Format = formatCSV
	l := newLines(in, &report)
	for first := true; ; first = false {
		line, ok, err := l.next()
		if err != nil || !ok {
			return report, err
		}
		as, name, err := parseASName(line)
		switch {
		case err == nil:
			add(as, name)
			report.Entries++
		case first && isHeader(firstWord(line), []column{asColumn()}):
		default:
			l.fault(err)
		}
	}
}

const nameSeparators = ",;|\t "

func firstWord(line string) string {
	if end := strings.IndexAny(line, nameSeparators); end >= 0 {
		return strings.Trim(line[:end], `"`)
	}
	return line
}

func parseASName(line string) (as uint32, name string, err error) {
	number := firstWord(line)
	if as, err = parseAS(number); err != nil {
		return 0, "", err
	}
	rest := strings.TrimLeft(strings.TrimPrefix(line[strings.Index(line, number)+len(number):], `"`), " ")
	if rest != "" && strings.IndexByte(nameSeparators, rest[0]) >= 0 {
		rest = rest[1:]
	}
	if rest = strings.TrimSpace(rest); strings.HasPrefix(rest, `"`) {
		if rest, _, _, err = cut(rest, ','); err != nil {
			return 0, "", err
		}
	}
	if rest == "" {
		return 0, "", errNoName
	}
	return as, rest, nil
}
