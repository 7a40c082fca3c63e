package recordfilter

import (
	"strings"
	"unicode/utf8"
)

// token is a word, a quoted text or a symbol of the language.
type token struct {
	kind   tokenKind
	text   string // as it is written; of quoted text what it means
	column int    // of its first octet, from 1
}

type tokenKind uint8

const (
	tokenEnd    tokenKind = iota
	tokenWord             // a column, a keyword or a value
	tokenQuoted           // a value
	tokenSymbol
	tokenBad // text says what is wrong with it
)

// is says whether the token is a symbol or, in any case, a keyword.
func (t *token) is(text string) bool {
	return t.kind == tokenSymbol && t.text == text || t.kind == tokenWord && strings.EqualFold(t.text, text)
}

// isKeyword says whether the token is a word that cannot be a value unless it is
// quoted.
func (t *token) isKeyword() bool {
	for _, keyword := range [...]string{"and", "or", "not", "in", "is", "null"} {
		if t.kind == tokenWord && strings.EqualFold(t.text, keyword) {
			return true
		}
	}
	return false
}

// String gives the token for messages.
func (t *token) String() string {
	const most = 40
	if t.kind == tokenEnd {
		return "the end of the filter"
	}
	text := t.text
	if len(text) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "..."
	}
	return `"` + text + `"`
}

// lexer cuts a text into tokens.
type lexer struct {
	text string
	at   int
}

// symbols are the symbols, each in front of those that it begins with.
var symbols = [...]struct{ written, means string }{
	{"..", ".."}, {"==", "="}, {"=", "="}, {"!=", "!="}, {"<>", "!="}, {"<=", "<="}, {"<", "<"}, {">=", ">="}, {">", ">"},
	{"&&", "and"}, {"&", "&"}, {"||", "or"}, {"|", "|"}, {"!", "not"}, {"(", "("}, {")", ")"}, {",", ","},
}

func (l *lexer) next() token {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
	t := token{column: l.at + 1}
	rest := l.text[l.at:]
	if rest == "" {
		return t
	}
	for _, s := range symbols {
		if strings.HasPrefix(rest, s.written) {
			l.at += len(s.written)
			t.kind, t.text = tokenSymbol, s.means
			return t
		}
	}
	switch {
	case rest[0] == '\'' || rest[0] == '"':
		return l.quoted(t)
	case !isWordOctet(rest[0]):
		r, size := utf8.DecodeRuneInString(rest)
		l.at += size
		t.kind, t.text = tokenBad, string(r)
		return t
	}
	end := 1
	for end < len(rest) && isWordOctet(rest[end]) && !strings.HasPrefix(rest[end:], "..") {
		end++
	}
	l.at += end
	t.kind, t.text = tokenWord, rest[:end]
	return t
}

// quoted reads a text between quotation marks, in which two of them stand for one.
func (l *lexer) quoted(t token) token {
	mark := l.text[l.at : l.at+1]
	var b strings.Builder
	for rest := l.text[l.at+1:]; ; {
		before, behind, found := strings.Cut(rest, mark)
		b.WriteString(before)
		if !found {
			l.at = len(l.text)
			t.kind, t.text = tokenBad, mark
			return t
		}
		if !strings.HasPrefix(behind, mark) {
			l.at = len(l.text) - len(behind)
			t.kind, t.text = tokenQuoted, b.String()
			return t
		}
		b.WriteString(mark)
		rest = behind[1:]
	}
}

// isWordOctet says whether an octet belongs to words: names, numbers, addresses,
// times, and names of interfaces.
func isWordOctet(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.:/+-", c) >= 0
}
