package outdir

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// occupant is what has the final name before the run, or gets it meanwhile.
type occupant struct {
	name  string
	make  func(t *testing.T, name string)
	plain error  // of a run without Options.Replace; nil if it succeeds
	force error  // of a run with it
	cause string // part of what the latter says
}

func occupants() []occupant {
	files := func(s set) func(t *testing.T, name string) {
		return func(t *testing.T, name string) {
			for file, content := range s {
				check(t, os.MkdirAll(filepath.Dir(filepath.Join(name, file)), 0o700))
				check(t, os.WriteFile(filepath.Join(name, file), []byte(content), 0o600))
			}
		}
	}
	output := func(change func(s set)) func(t *testing.T, name string) {
		s := set{"flows.csv": "a", "part/one/x.csv": "b", SumsName: "c", ProvenanceName: "d", ManifestName: manifestOf("", "flows.csv", "part/one/x.csv")}
		change(s)
		return files(s)
	}
	return []occupant{
		{name: "nothing", make: func(*testing.T, string) {}},
		{name: "empty directory", make: func(t *testing.T, name string) { check(t, os.Mkdir(name, 0o755)) }},
		{name: "file", make: plant, plain: ErrNotOutput, force: ErrNotOutput, cause: "no directory"},
		{name: "link to a directory", make: func(t *testing.T, name string) { check(t, os.Symlink(t.TempDir(), name)) },
			plain: ErrNotOutput, force: ErrNotOutput, cause: "no directory"},
		{name: "output", make: output(func(set) {}), plain: ErrExists},
		{name: "output without a table", make: output(func(s set) { delete(s, "flows.csv") }), plain: ErrExists},
		{name: "directory of something else", make: files(set{"thesis.tex": ""}), plain: ErrExists, force: ErrNotOutput, cause: "its run.json: no such file"},
		{name: "project with a run.json", make: files(set{"run.json": `{"schema": "https://example.org", "main": "x.js"}`, "x.js": "", "src/y.js": ""}),
			plain: ErrExists, force: ErrNotOutput, cause: "no manifest"},
		{name: "run.json of another schema", make: files(set{"run.json": `{"schema": {"name": "other"}}`}), plain: ErrExists, force: ErrNotOutput, cause: `the schema "other"`},
		{name: "run.json of no JSON", make: files(set{"run.json": "run: 1\n"}), plain: ErrExists, force: ErrNotOutput, cause: "no manifest"},
		{name: "run.json with more behind it", make: files(set{"run.json": manifestOf("") + "x"}), plain: ErrExists, force: ErrNotOutput, cause: "no manifest"},
		{name: "empty run.json", make: files(set{"run.json": ""}), plain: ErrExists, force: ErrNotOutput, cause: "no manifest"},
		{name: "run.json is a directory", make: files(set{"run.json/x": ""}), plain: ErrExists, force: ErrNotOutput, cause: "no regular file"},
		{name: "output and notes", make: output(func(s set) { s["notes.txt"] = "" }), plain: ErrExists, force: ErrNotOutput, cause: `"notes.txt"`},
		{name: "output and a hidden file", make: output(func(s set) { s[".git/HEAD"] = "" }), plain: ErrExists, force: ErrNotOutput, cause: `".git"`},
		{name: "output and a file in its folder", make: output(func(s set) { s["part/one/y.csv"] = "" }), plain: ErrExists, force: ErrNotOutput, cause: `"part/one/y.csv"`},
		{name: "output and an empty folder", make: func(t *testing.T, name string) {
			output(func(set) {})(t, name)
			check(t, os.Mkdir(filepath.Join(name, "folder"), 0o700))
		}, plain: ErrExists, force: ErrNotOutput, cause: `"folder"`},
		{name: "table is a directory", make: output(func(s set) { delete(s, "flows.csv"); s["flows.csv/x"] = "" }), plain: ErrExists, force: ErrNotOutput, cause: `"flows.csv"`},
		{name: "table is a link", make: func(t *testing.T, name string) {
			output(func(s set) { delete(s, "flows.csv") })(t, name)
			check(t, os.Symlink("run.json", filepath.Join(name, "flows.csv")))
		}, plain: ErrExists, force: ErrNotOutput, cause: `"flows.csv"`},
		{name: "folder of outputs is a file", make: output(func(s set) { delete(s, "part/one/x.csv"); s["part"] = "" }), plain: ErrExists, force: ErrNotOutput, cause: `"part"`},
		{name: "manifest names what is not in it", make: files(set{"run.json": manifestOf("", "../x", "/etc/x", "", "."), "x": ""}),
			plain: ErrExists, force: ErrNotOutput, cause: `"x"`},
	}
}

// tree gives every name below a directory, or the link or file that it is.
func tree(t *testing.T, name string) set {
	t.Helper()
	s := set{}
	check(t, filepath.WalkDir(name, func(path string, entry os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			s[path] = entry.Type().String()
			if entry.Type().IsRegular() {
				content, e := os.ReadFile(path)
				s[path], err = string(content), e
			}
		}
		return err
	}))
	return s
}

func (o occupant) check(t *testing.T, name string, replace bool, before set, err error) {
	t.Helper()
	want, cause := o.plain, ""
	if replace {
		want, cause = o.force, o.cause
	}
	switch {
	case want == nil && err != nil:
		t.Errorf("got %v", err)
	case want == nil && !whole(read(t, name), newSet("x")):
		t.Error("the output is not whole")
	case want != nil && (!errors.Is(err, want) || !strings.Contains(err.Error(), cause)):
		t.Errorf("got %v, want %v with %s", err, want, cause)
	case want != nil && !maps.Equal(tree(t, name), before):
		t.Errorf("%v became %v", before, tree(t, name))
	}
	checkAlone(t, name)
}

// What is not the output of a run is not touched, whether it was there before the
// run or came meanwhile, even at the last moment: when its name is being taken.
func TestOccupants(t *testing.T) {
	for _, o := range occupants() {
		for _, replace := range []bool{false, true} {
			when := "plain, "
			if replace {
				when = "replace, "
			}
			t.Run(when+"before/"+o.name, func(t *testing.T) {
				name := filepath.Join(t.TempDir(), "out")
				o.make(t, name)
				before := tree(t, name)
				o.check(t, name, replace, before, produce(name, newSet("x"), Options{Replace: replace}))
			})
			t.Run(when+"meanwhile/"+o.name, func(t *testing.T) {
				name := filepath.Join(t.TempDir(), "out")
				d, err := Create(name, Options{Replace: replace})
				check(t, err)
				check(t, fill(d, newSet("x")))
				o.make(t, name)
				before := tree(t, name)
				o.check(t, name, replace, before, d.Commit())
			})
		}
	}
}

func TestOccupantAtTheLastMoment(t *testing.T) {
	for _, unsupported := range []bool{false, true} {
		for _, o := range occupants() {
			if o.force == nil {
				continue
			}
			t.Run(o.name, func(t *testing.T) {
				name := filepath.Join(t.TempDir(), "out")
				check(t, produce(name, newSet("old"), Options{}))
				var before set
				err := produce(name, newSet("x"), Options{Replace: true, Fault: func(op, path string) error {
					if before == nil && (op == "exchange with" || unsupported && op == "rename to") {
						check(t, os.RemoveAll(name))
						o.make(t, name)
						before = tree(t, name)
					}
					if unsupported && op == "exchange with" {
						return errUnsupported
					}
					return nil
				}})
				o.check(t, name, true, before, err)
			})
		}
	}
}

func TestManifestBound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	check(t, os.Mkdir(name, 0o700))
	manifest := filepath.Join(name, ManifestName)
	plant(t, manifest)
	check(t, os.Truncate(manifest, maxManifest+1))
	if _, err := Create(name, Options{Replace: true}); !errors.Is(err, ErrNotOutput) {
		t.Errorf("got %v", err)
	}
}
