package reference

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// DSCPCount is the number of code points of the differentiated services field (RFC 2474).
const DSCPCount = 64

var errNoClass = errors.New("there is no class")

// CodePointName gives the standard name of a code point, its number if it has none: CS0
// to CS7 (RFC 2474), AF11 to AF43 (RFC 2597), EF (RFC 3246), VA (RFC 5865), LE (RFC
// 8622).
func CodePointName(dscp uint8) string {
	class, precedence := dscp>>3, dscp>>1&3
	switch {
	case dscp == 1:
		return "LE"
	case dscp == 44:
		return "VA"
	case dscp == 46:
		return "EF"
	case dscp < DSCPCount && dscp&7 == 0:
		return "CS" + strconv.Itoa(int(class))
	case dscp&1 == 0 && 1 <= class && class <= 4 && precedence >= 1:
		return "AF" + strconv.Itoa(int(class)) + strconv.Itoa(int(precedence))
	}
	return strconv.Itoa(int(dscp))
}

// ReadClasses reads CSV of code point, by number or standard name, and class. The error
// is one of reading.
func ReadClasses(in Stream, add func(dscp uint8, class string)) (Report, error) {
	report := Report{Format: formatCSV}
	l := newLines(in, &report)
	first, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	columns := []column{{names: []string{"dscp"}}, {names: []string{"class", "dscp_class"}}}
	err = readTable(l, first, columns, func(t *table) error {
		dscp, err := parseDSCP(t.cell(0))
		switch {
		case err != nil:
			return err
		case t.cell(1) == "":
			return errNoClass
		}
		add(dscp, t.cell(1))
		return nil
	})
	return report, err
}

func parseDSCP(text string) (uint8, error) {
	for dscp := range uint8(DSCPCount) {
		if strings.EqualFold(CodePointName(dscp), text) {
			return dscp, nil
		}
	}
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n >= DSCPCount {
		return 0, fmt.Errorf("got %q, want a code point from 0 to 63 or its name", text)
	}
	return uint8(n), nil
}
