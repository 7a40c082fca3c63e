package input

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes files and directories (names that end in /) in the working directory.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		must(t, os.MkdirAll(filepath.Dir(name), 0o700))
		if !strings.HasSuffix(name, "/") {
			must(t, os.WriteFile(name, []byte(name), 0o600))
		}
	}
}

func TestExpand(t *testing.T) {
	files := []string{"a.pcap", "b.pcap.gz", ".hidden.pcap", "[x].pcap", "dir/2.pcap", "dir/10.pcap", "dir/.dot", "dir/sub/1.pcap", "dir/sub-1.pcap",
		"dir/.cache/x.pcap", "empty/", "list", "dir2/a.pcap"}
	cases := []struct {
		name    string
		request Request
		stdin   string
		want    string // names
		skipped string
		class   Class
		message string
	}{
		{name: "files in their order", request: Request{Names: []string{"b.pcap.gz", "a.pcap"}}, want: "b.pcap.gz a.pcap"},
		{name: "directory in byte order", request: Request{Names: []string{"dir"}},
			want: "dir/10.pcap dir/2.pcap dir/sub-1.pcap dir/sub/1.pcap", skipped: "dir/.cache hidden dir/.dot hidden"},
		{name: "directory with a slash", request: Request{Names: []string{"dir2/"}}, want: "dir2/a.pcap"},
		{name: "hidden by name", request: Request{Names: []string{".hidden.pcap", "dir/.cache"}}, want: ".hidden.pcap dir/.cache/x.pcap"},
		{name: "glob", request: Request{Names: []string{"*.pcap*"}}, want: "[x].pcap a.pcap b.pcap.gz", skipped: ".hidden.pcap hidden"},
		{name: "glob of hidden", request: Request{Names: []string{".h*"}}, want: ".hidden.pcap"},
		{name: "glob of directories", request: Request{Names: []string{"dir?"}}, want: "dir2/a.pcap"},
		{name: "name with the signs of a glob", request: Request{Names: []string{"[x].pcap"}}, want: "[x].pcap"},
		{name: "glob without a match", request: Request{Names: []string{"a.pcap", "*.pcapng"}}, want: "a.pcap", class: Unreadable, message: "matches none"},
		{name: "bad glob", request: Request{Names: []string{"[a"}}, class: Refused, message: "syntax error"},
		{name: "missing file", request: Request{Names: []string{"none", "a.pcap", "nor/this"}}, want: "a.pcap", class: Unreadable, message: "no such file"},
		{name: "empty directory", request: Request{Names: []string{"empty"}}, class: Refused, message: "holds no files"},
		{name: "nothing", request: Request{}, class: Refused, message: "no input is named"},
		{name: "twice", request: Request{Names: []string{"a.pcap", "./a.pcap"}}, want: "a.pcap", class: Refused, message: `"./a.pcap": duplicate input: it is the same file as "a.pcap"`},
		{name: "twice by directory", request: Request{Names: []string{"dir2/a.pcap", "dir2"}}, want: "dir2/a.pcap", class: Refused, message: "duplicate input"},
		{name: "standard input", request: Request{Names: []string{"-", "a.pcap"}}, want: "- a.pcap"},
		{name: "standard input twice", request: Request{Names: []string{"-", "-"}}, want: "-", class: Refused, message: "standard input is an input already"},
		{name: "list", request: Request{FilesFrom: []string{"-"}}, stdin: "a.pcap\n\nb.pcap.gz\r\ndir2", want: "a.pcap b.pcap.gz dir2/a.pcap"},
		{name: "list with NUL", request: Request{FilesFrom: []string{"-"}}, stdin: "a.pcap\x00b.pcap.gz\x00", want: "a.pcap b.pcap.gz"},
		{name: "list is literal", request: Request{FilesFrom: []string{"-"}}, stdin: "*.pcap", class: Unreadable, message: "no such file"},
		{name: "list from a list's input", request: Request{FilesFrom: []string{"-"}}, stdin: "-", class: Refused, message: "standard input is a list of names already"},
		{name: "list is missing", request: Request{FilesFrom: []string{"none"}}, class: Unreadable, message: "cannot open list"},
		{name: "list is a directory", request: Request{FilesFrom: []string{"dir"}}, class: Unreadable, message: "cannot read list"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree(t, files...)
			c.request.Stdin = strings.NewReader(c.stdin)
			selection, err := Expand(c.request)
			var names, skipped []string
			for _, s := range selection.Sources {
				names = append(names, filepath.ToSlash(s.Name))
			}
			for _, s := range selection.Skipped {
				skipped = append(skipped, filepath.ToSlash(s.Name), s.Why)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := strings.Join(skipped, " "); got != c.skipped {
				t.Errorf("skipped %q, want %q", got, c.skipped)
			}
			if ClassOf(err) != c.class || err != nil && !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v of class %v, want %v %q", err, ClassOf(err), c.class, c.message)
			}
		})
	}
}

// All that is wrong is told at once, and the gravest decides.
func TestExpandErrors(t *testing.T) {
	tree(t, "a", "empty/")
	_, err := Expand(Request{Names: []string{"none", "a", "a", "empty", "nothing*"}})
	var got []string
	for _, e := range Errors(err) {
		got = append(got, fmt.Sprint(e.Name, " ", e.Class))
	}
	want := []string{"none unreadable", "a refused", "empty refused", "nothing* unreadable"}
	if !slices.Equal(got, want) || ClassOf(err) != Refused {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNameListTooLong(t *testing.T) {
	_, err := ReadNames(strings.NewReader(strings.Repeat("a", MaxNameList+1)))
	if ClassOf(err) != Refused {
		t.Errorf("got %v", err)
	}
}
