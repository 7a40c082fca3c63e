package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of the module, root its folder.
const (
	module = "netstream/"
	root   = "../.."
)

// maxLines bounds what one file may hold.
const maxLines = 400

// sourceFile is a Go file of the module.
type sourceFile struct {
	path   string // from the root, with slashes
	folder string
	test   bool
	lines  int
	syntax *ast.File
}

func (f *sourceFile) imports(t *testing.T) []string {
	var names []string
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// sources parses all Go files of the module.
func sources(t *testing.T) []*sourceFile {
	t.Helper()
	var all []*sourceFile
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(name) != ".go":
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		all = append(all, &sourceFile{
			path: relative, folder: path.Dir(relative), test: strings.HasSuffix(name, "_test.go"),
			lines: bytes.Count(content, []byte("\n")), syntax: syntax,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 200 {
		t.Fatalf("found only %d Go files", len(all))
	}
	return all
}

// layers says which packages of the module the code of a folder and of those
// below it may import. The first rule that fits counts; tests are free.
var layers = [...]struct {
	folder string
	may    []string // folders, with all below them
	rule   string
}{
	{"aggregate/flow", nil, "the shared vocabulary imports the standard library only"},
	{"aggregate/naive", []string{"aggregate/flow", "aggregate/naive"}, "the reference shares no code with the engine"},
	{"aggregate", []string{"aggregate"}, "the engine knows neither files nor tables"},
	{"reader/damage", nil, "the kinds of damage are a vocabulary"},
	{"reader/capture/capturetest", []string{"aggregate/flow"}, "test captures share no code with the reader under test"},
	{"reader/capture", []string{"aggregate/flow", "reader/damage"}, "the parts of the reader do not know each other"},
	{"reader/clock", []string{"aggregate/flow"}, "the parts of the reader do not know each other"},
	{"reader/header", []string{"aggregate/flow", "reader/damage"}, "the parts of the reader do not know each other"},
	{"reader/input/inflate", nil, "a compressed stream knows nothing of files"},
	{"reader/input/xxh128", []string{}, "a hash knows nothing of files"},
	{"reader/input", []string{"reader/damage", "reader/input/inflate", "reader/input/xxh128"}, "the parts of the reader do not know each other"},
	{"reader/datagram", []string{"aggregate/flow", "reader/capture", "reader/header", "reader/damage"}, "containers know what messages lie in, not what they say"},
	{"reader/element", []string{"aggregate/flow"}, "the registry of elements is a vocabulary"},
	{"reader/option", []string{"aggregate/flow", "reader/element"}, "options are made of elements"},
	{"reader/netflow/netflowtest", []string{"aggregate/flow"}, "test messages share no code with the reader under test"},
	{"reader/netflow", []string{"aggregate/flow", "reader/element", "reader/option"}, "messages do not know what they lie in"},
	{"reader/sample", []string{"aggregate/flow"}, "the parts of the reader do not know each other"},
	{"reader/duplicate", []string{"aggregate/flow"}, "the parts of the reader do not know each other"},
	{"reader/reference/referencetest", []string{"aggregate/flow"}, "test files share no code with the reader under test"},
	{"reader/reference", []string{"reader/service"}, "the parts of the reader do not know each other"},
	{"reader/service", nil, "names of ports are a vocabulary"},
	{"reader/sequence", []string{"aggregate/flow"}, "the parts of the reader do not know each other"},
	{"reader/nfcapd/nfcapdtest", []string{"aggregate/flow"}, "test files share no code with the reader under test"},
	{"reader/nfcapd", []string{"aggregate/flow", "reader/damage"}, "the parts of the reader do not know each other"},
	{"reader", []string{"aggregate/flow", "reader"}, "the reader knows of the engine what a packet is, no more"},
	{"writer", []string{"aggregate/flow", "writer"}, "the writer knows of the engine what a record is, no more"},
	{"cmd", []string{"aggregate", "reader", "writer", "cmd/internal"}, "programs join all"},
}

func TestLayers(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		i := slices.IndexFunc(layers[:], func(l struct {
			folder string
			may    []string
			rule   string
		}) bool {
			return within(f.folder, l.folder)
		})
		if i < 0 {
			t.Errorf("%s: no rule says what code in %s may import", f.path, f.folder)
			continue
		}
		for _, name := range f.imports(t) {
			inside, ok := strings.CutPrefix(name, module)
			if ok && !slices.ContainsFunc(layers[i].may, func(folder string) bool { return within(inside, folder) }) {
				t.Errorf("%s imports %s: %s", f.path, name, layers[i].rule)
			}
			if !ok && strings.Contains(name, ".") && layers[i].may == nil {
				t.Errorf("%s imports %s: %s", f.path, name, layers[i].rule)
			}
		}
	}
}

// within says whether a folder is one of, or below, another.
func within(folder, other string) bool {
	return folder == other || strings.HasPrefix(folder, other+"/")
}

// assembly is the folders that have any: each has the same in Go beside it, or in a library.
var assembly = [...]string{"reader/input/xxh128", "writer/oneblock"}

// fences say where alone a package may be imported, by path or prefix.
var fences = [...]struct {
	imported string
	allowed  []string
	tests    bool // tests may everywhere
	rule     string
}{
	{"github.com/google/gopacket", []string{"cmd/fixtures"}, true, "gopacket panics on hostile input: it is an oracle"},
	{"github.com/gopacket/gopacket", nil, true, "gopacket panics on hostile input: it is an oracle"},
	{"github.com/apache/arrow", []string{"writer/parquetfile"}, false, "arrow writes Parquet and nothing else"},
	{"github.com/xitongsys/parquet-go", []string{"writer/readback"}, true, "parquet-go reads tables back and nothing else"},
	{"github.com/zeebo/xxh3", []string{"reader/input/xxh128", "writer/outdir"}, false, "files are told by it and nothing else"},
	{"github.com/gaissmai/bart", []string{"aggregate/enrich"}, false, "longest prefixes are looked up and nothing else"},
	{"github.com/oschwald/maxminddb-golang", []string{"reader/reference"}, false, "it reads MaxMind DB files and nothing else"},
	{"github.com/spf13/pflag", []string{"cmd"}, false, "flags are for programs"},
	{"github.com/klauspost/cpuid", assembly[:], false, "only assembly asks what the processor can do"},
	{"golang.org/x/term", []string{"cmd"}, false, "terminals are for programs"},
	{"net/http", nil, false, "the program does not talk to the network"},
	{"unsafe", nil, false, "nothing is worth it"},
	{"C", nil, false, "the program is one static file"},
	{module + "aggregate/naive", []string{"aggregate/naive"}, true, "the reference is for tests"},
	{module + "reader/capture/capturetest", nil, true, "it is for tests"},
	{module + "reader/netflow/netflowtest", []string{"cmd/fixtures", "cmd/mutate"}, true, "it is for tests"},
	{module + "reader/nfcapd/nfcapdtest", []string{"cmd/fixtures", "cmd/mutate"}, true, "it is for tests"},
	{module + "reader/reference/referencetest", []string{"cmd/fixtures"}, true, "it is for tests"},
	{module + "writer/rowtest", nil, true, "it is for tests"},
	{"testing", []string{"writer/rowtest", "reader/capture/capturetest"}, true, "it is for tests"},
}

func TestFences(t *testing.T) {
	for _, f := range sources(t) {
		for _, name := range f.imports(t) {
			for _, fence := range fences {
				allowed := fence.tests && f.test || slices.ContainsFunc(fence.allowed, func(folder string) bool { return within(f.folder, folder) })
				if within(name, fence.imported) && !allowed {
					t.Errorf("%s imports %s: %s", f.path, name, fence.rule)
				}
			}
		}
	}
}

// TestAssembly has assembly in its folders and in no other.
func TestAssembly(t *testing.T) {
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != root && strings.HasPrefix(entry.Name(), ".") {
			return fs.SkipDir
		}
		if err == nil && filepath.Ext(name) == ".s" {
			found[strings.TrimPrefix(filepath.ToSlash(filepath.Dir(name)), root+"/")] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, assembly[:]) {
		t.Errorf("there is assembly in %v, want %v", got, assembly)
	}
}

// TestStyle checks what holds of every file that is no test.
func TestStyle(t *testing.T) {
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		if f.lines > maxLines {
			t.Errorf("%s has %d lines, want at most %d", f.path, f.lines, maxLines)
		}
		for _, declared := range f.syntax.Decls {
			switch d := declared.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s has a function init: nothing may happen before main", f.path)
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR && !strings.HasPrefix(f.folder, "cmd/") {
					checkVariables(t, f, d)
				}
			}
		}
	}
}

// checkVariables lets pass what no code can change by mistake, or has no reason
// to: errors, arrays, and checks that a type has the methods of an interface.
func checkVariables(t *testing.T, f *sourceFile, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		for i, name := range v.Names {
			fixed := name.Name == "_"
			if i < len(v.Values) {
				switch value := v.Values[i].(type) {
				case *ast.CallExpr:
					called, ok := value.Fun.(*ast.SelectorExpr)
					fixed = fixed || ok && called.Sel.Name == "New" && strings.HasPrefix(strings.ToLower(name.Name), "err")
				case *ast.CompositeLit:
					array, ok := value.Type.(*ast.ArrayType)
					fixed = fixed || ok && array.Len != nil
				}
			}
			if !fixed {
				t.Errorf("%s has the variable %s: packages keep no state", f.path, name.Name)
			}
		}
	}
}
