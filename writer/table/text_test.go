package table_test

import (
	"testing"
	"unicode/utf8"

	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// inTable gives a name as the text of a cell.
func inTable(name string) string {
	input := &table.Ledger()[0]
	return string(input.Text(nil, &table.LedgerRow{Input: name}))
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, input, want string }{
		{"ASCII", `\Device\NPF_{1}`, `\Device\NPF_{1}`},
		{"UTF-8", "é日本\x00\u202e", "é日本\x00\u202e"},
		{"empty", "", ""},
		{"not UTF-8", "a\xffb", "a\ufffdffb"},
		{"cut character", "a\xe6\x97", "a\ufffde6\ufffd97"},
		{"surrogate", "\xed\xa0\x80", "\ufffded\ufffda0\ufffd80"},
		{"replacement character", "\ufffd", "\ufffdef\ufffdbf\ufffdbd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := inTable(c.input)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if back := table.OriginalText(got); back != c.input {
				t.Errorf("comes back as %q, want %q", back, c.input)
			}
		})
	}
}

func TestHostileText(t *testing.T) {
	texts := map[string]string{}
	for _, name := range rowtest.Hostile(10_000, 1) {
		checkText(t, name)
		text := inTable(name)
		if other, ok := texts[text]; ok && other != name {
			t.Fatalf("%q and %q have the same text", name, other)
		}
		texts[text] = name
	}
}

func checkText(t *testing.T, name string) {
	t.Helper()
	text := inTable(name)
	if !utf8.ValidString(text) {
		t.Fatalf("%q gives %q", name, text)
	}
	if back := table.OriginalText(text); back != name {
		t.Fatalf("%q gives %q, which comes back as %q", name, text, back)
	}
}

func FuzzText(f *testing.F) {
	for _, name := range rowtest.Hostile(50, 2) {
		f.Add(name)
	}
	f.Fuzz(checkText)
}

func FuzzOriginalText(f *testing.F) {
	for _, name := range rowtest.Hostile(50, 3) {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if original := table.OriginalText(text); len(original) > len(text) {
			t.Errorf("%q gives the longer %q", text, original)
		}
	})
}
