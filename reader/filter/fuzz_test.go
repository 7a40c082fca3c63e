package filter

import (
	"os"
	"strings"
	"testing"
)

// fuzzLinkTypes are those whose programs differ most.
var fuzzLinkTypes = []uint16{linkEthernet, linkRaw, linkLinuxSLL, linkRadiotap, linkPPI, linkPrism, linkPFLog, linkNull, linkSunATM, linkMTP2, 178, 276, 999}

func addSeeds(f *testing.F, add func(expression string)) {
	for _, expression := range testExpressions(f) {
		add(expression)
	}
	if text, err := os.ReadFile("../../cmd/corpuscheck/filter_expressions.txt"); err == nil {
		for line := range strings.Lines(string(text)) {
			add(strings.TrimSuffix(line, "\n"))
		}
	} else {
		f.Error(err)
	}
}

// FuzzParse: whatever the text, it compiles or is refused with a place in it.
func FuzzParse(f *testing.F) {
	addSeeds(f, func(expression string) { f.Add(expression) })
	f.Add(strings.Repeat("(", 2*MaxNesting))
	f.Add(strings.Repeat("not ", 2*MaxNesting) + "ip")
	f.Add("1" + strings.Repeat("%1", 2*MaxNesting) + " = 1")
	f.Fuzz(func(t *testing.T, expression string) {
		parsed, err := Parse(expression)
		if err != nil {
			checkError(t, expression, err)
			return
		}
		for _, linkType := range fuzzLinkTypes {
			if _, err := parsed.Compile(Capture{LinkType: linkType}); err != nil {
				checkError(t, expression, err)
			}
		}
	})
}

func checkError(t *testing.T, expression string, err error) {
	t.Helper()
	fault, ok := err.(*Error)
	if !ok || fault.Text == "" || fault.Line < 1 || fault.Column < 1 || fault.Column > len(expression)+1 {
		t.Errorf("%q: %+v", expression, err)
	}
}

// FuzzMatch: whatever the frame, a filter selects it or not, twice alike, and its
// negation does not select it, too.
func FuzzMatch(f *testing.F) {
	frames := handmades()
	n := 0
	addSeeds(f, func(expression string) {
		n++
		f.Add(expression, uint8(n), frames[n*7%len(frames)].octets, uint32(n))
	})
	f.Fuzz(func(t *testing.T, expression string, linkType uint8, octets []byte, length uint32) {
		c := Capture{LinkType: fuzzLinkTypes[int(linkType)%len(fuzzLinkTypes)], BigEndian: linkType&0x80 != 0}
		parsed, err := Parse(expression)
		if err != nil {
			return
		}
		program, err := parsed.Compile(c)
		if err != nil || parsed.root == nil {
			return
		}
		selected := program.Match(octets, length)
		if again := program.Match(octets, length); again != selected {
			t.Errorf("%q: selected %v, then %v", expression, selected, again)
		}
		inverse, err := Parse("not (" + expression + ")")
		if err != nil { // the limits of nesting and length
			return
		}
		complement, err := inverse.Compile(c)
		if err != nil {
			t.Fatalf("%q: %v", expression, err)
		}
		if selected && complement.Match(octets, length) {
			t.Errorf("%q and its negation both select the frame", expression)
		}
	})
}
