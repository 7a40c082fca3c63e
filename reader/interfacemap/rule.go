package interfacemap

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxRules bounds the rules of a map, MaxName the octets of an interface's name.
const (
	MaxRules = 1 << 16
	MaxName  = 256
)

// Rule gives the capture interfaces that it fits an index.
type Rule struct {
	// File is the name of an input as it was given, or a pattern of package path for it,
	// which is for the last element of the name if it has no slash. Empty fits all.
	File string

	// Interface is the name that the capture gives the interface. Empty fits all, those
	// without a name included.
	Interface string

	Index uint32
	Name  string // that goes with the index, empty if there is none
}

// Map is a list of rules, of which the first one that fits holds.
type Map []Rule

// Find gives the rule for an interface of an input.
func (m Map) Find(file, name string) (rule Rule, ok bool) {
	for i := range m {
		if r := &m[i]; r.FitsFile(file) && (r.Interface == "" || r.Interface == name) {
			return *r, true
		}
	}
	return Rule{}, false
}

// FitsFile says whether the rule is for interfaces of an input.
func (r *Rule) FitsFile(file string) bool {
	if r.File == "" || r.File == file {
		return true
	}
	if !strings.Contains(r.File, "/") {
		file = path.Base(file)
	}
	fits, err := path.Match(r.File, file)
	return err == nil && fits // patterns were looked at when the rule was read
}

// ParseRule reads FILE=IFINDEX or FILE=IFINDEX:NAME. FILE can have equal signs: the
// first one that a number follows, and then a colon or nothing, ends it.
func ParseRule(text string) (Rule, error) {
	for at, octet := range []byte(text) {
		if octet != '=' {
			continue
		}
		number, name, named := strings.Cut(text[at+1:], ":")
		index, err := parseIndex(number)
		switch {
		case err != nil:
			continue
		case at == 0:
			return Rule{}, errors.New("no file in front of the equal sign")
		case named && name == "":
			return Rule{}, errors.New("no name behind the colon")
		}
		return newRule(Rule{File: text[:at], Index: index, Name: name})
	}
	return Rule{}, errors.New("want FILE=IFINDEX or FILE=IFINDEX:NAME, with an IFINDEX of 0 to 4294967295")
}

// newRule gives a rule whose members can be used.
func newRule(r Rule) (Rule, error) {
	if _, err := path.Match(r.File, ""); err != nil {
		return Rule{}, fmt.Errorf("%q is no pattern of file names", r.File)
	}
	if len(r.Name) > MaxName || !utf8.ValidString(r.Name) {
		return Rule{}, fmt.Errorf("the name %.40q must be UTF-8 of at most %d octets", r.Name, MaxName)
	}
	return r, nil
}

// parseIndex reads decimal digits.
func parseIndex(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("if_index is %q, must be 0 to 4294967295", text)
	}
	return uint32(n), nil
}
