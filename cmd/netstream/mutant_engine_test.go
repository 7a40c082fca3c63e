package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fault is code that is put in front of the body of a function, so that it goes wrong once.
type fault struct {
	file, function string
	code           string
}

// engineFaults are what a mutant engine does wrong, at the borders of the stages and within them.
// The product has no place for them: they are put into a copy of its source.
func engineFaults() []fault {
	return []fault{
		{"cmd/netstream/command.go", "run", `defer reportMutants()`},

		{"reader/account.go", "Account.metered", `if mutant("packet missing in the reader's account") { return }`},
		{"reader/account.go", "Account.excluded", `if mutant("reason missing in the reader's account") { return }`},
		{"reader/export_account.go", "ExportAccount.add", `if mutant("record missing in the reader's account") { return }`},
		{"reader/export_account.go", "ExportAccount.message", `if mutant("message missing in the reader's account") { return }`},
		{"reader/packets.go", "Packets.take", `if mutant("frame lost") { return nil }`},

		{"aggregate/engine/extension.go", "Config.mostStates", `if n := mutantStates(); n > 0 { return n }`},
		{"aggregate/engine/shard.go", "shard.meterSome", `numbers = s.mutatePackets(packets, numbers)`},
		{"aggregate/engine/shard.go", "shard.Record", `
			if mutant("flow record lost") { return }
			if mutant("flow record twice") { s.records++; s.flows.Add(r) }
			if mutant("flow record's octets + 1") { r.Counters.Octets++ }
			if mutant("flow record of another address") { r.Key.Destination[15] ^= 1 }
			if s.withheld == nil && mutant("end reason lost") { r.EndReason = 0 }`},
		{"aggregate/engine/shard.go", "shard.Slice", `
			if s.withheld == nil && !slice.MutantEmpty() {
				if mutant("slice lost") { return }
				if mutant("slice twice") { s.slices.Add(slice) }
				if mutant("slice's packets + 1") { slice.Counters.Packets++ }
				if slice.Total().Packets > 0 && mutant("slice of another address") { slice.Key.Destination[15] ^= 1 }
				if mutant("slice in the interval before") { slice.Start -= 300_000_000_000 }
				if slice.FlowsStarted > 0 && mutant("start of a flow not counted") { slice.FlowsStarted-- }
				if slice.FlowsEnded > 0 && mutant("end of a flow not counted") { slice.FlowsEnded-- }
			}`},
		{"aggregate/engine/shard.go", "shard.Whole", `if s.mutateWhole(r, interval, place) { return }`},
		{"aggregate/engine/single.go", "shard.endSingles", `numbers = s.mutateSingles(numbers, end)`},
		{"aggregate/meter/side.go", "side.count", `if mutant("packet not counted in its flow") { return }`},
		{"aggregate/engine/shard.go", "shard.end", `numbers = s.mutateEnd(numbers)`},
		{"aggregate/engine/overflow.go", "overflow.divert", `numbers = o.mutateAside(packets, numbers)`},
		{"aggregate/engine/overflow.go", "overflow.write", `if mutant("row that is set aside lost") { return }`},
		{"aggregate/engine/overflow.go", "shard.meterAside", `if aside.packets > 0 && mutant("part that was set aside lost") { return nil }`},
		{"aggregate/engine/rejected.go", "rejections.add", `if mutant("rejected record not counted") { return }`},
		{"aggregate/engine/recorder.go", "recorder.row", `
			if mutant("exported record lost") { return }
			if mutant("exported record twice") { r.row(record) }
			if mutant("exported record's octets + 1") { record.Counters.Octets++ }
			if mutant("exported record's packets - 1") { record.Counters.Packets-- }
			if record.Key.Shape&flow.NoSource == 0 && mutant("exported record of another address") { record.Key.Source[15] ^= 1 }`},
		{"aggregate/report/joiner.go", "Joiner.Add", `if mutant("reported record lost") { return nil }`},
		{"aggregate/runs/sorter.go", "Sorter.Add", `
			if mutable(row) {
				if mutant("row lost on its way to a sorter") { return }
				if a, ok := any(row).(interface{ MutantAlter() }); ok && mutant("row altered on its way to a sorter") { a.MutantAlter() }
			}`},
		{"aggregate/runs/merge.go", "MergeEncoded", `yield = mutateMerge(sorters, yield)`},
		{"aggregate/engine/rows.go", "Result.FlowsTo", `yield = mutateFlows(yield)`},
		{"aggregate/engine/rows.go", "Result.IntervalsTo", `yield = mutateIntervals(yield)`},
		{"aggregate/accounting/feed.go", "Feed.add", `
			if !mutantEmpty(what) {
				if mutant("share of a scheme lost") { return nil }
				if mutant("share of a scheme twice") { if err := f.add(start, what); err != nil { return err } }
				if mutant("share of a scheme altered") { what.Counters.Octets++ }
			}`},
		{"aggregate/accounting/rows.go", "Book.Rows", `yield = mutateGroups(yield)`},
		{"aggregate/carry/section.go", "Writer.Row", `if mutant("row lost on its way to the state") { return }`},

		{"writer/parquetfile/writer.go", "Writer.WriteBatch", `rows = mutateRows(rows)`},
		{"writer/csvfile/writer.go", "Writer.WriteBatch", `rows = mutateRows(rows)`},
	}
}

// mutantProgram builds the program with all faults in it and gives its path. Which of them
// strikes, and when, the environment says.
func mutantProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	replaced := make(map[string]string)
	put := func(path, content string) {
		from, err := filepath.Abs(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
		if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		replaced[from] = to
	}
	faulty := make(map[string][]fault)
	for _, f := range engineFaults() {
		faulty[f.file] = append(faulty[f.file], f)
	}
	packages := make(map[string]string) // names by folder
	for file, here := range faulty {
		content, name := withFaults(t, file, here)
		put(file, content)
		packages[filepath.Dir(file)] = name
	}
	packages["aggregate/flow"] = "flow"
	packages["aggregate/meter"] = "meter"
	for folder, name := range packages {
		if helper, err := os.ReadFile(filepath.Join(root, "testdata/mutant", strings.Replace(name, "csvfile", "parquetfile", 1)+".go.txt")); err == nil {
			put(folder+"/mutant_help.go", strings.Replace(string(helper), "package parquetfile", "package "+name, 1))
		}
		if name == "flow" {
			continue
		}
		put(folder+"/mutant.go", "package "+name+"\n\nimport \"netstream/aggregate/flow\"\n\nfunc mutant(fault string) bool { return flow.Mutant(fault) }\n")
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "mutant")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "./cmd/netstream")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build the mutant: %v\n%s", err, output)
	}
	return program
}

// withFaults gives a source file with faults in its functions, and the name of its package.
func withFaults(t *testing.T, path string, here []fault) (content, name string) {
	t.Helper()
	content = readFile(t, root, path)
	var set token.FileSet
	file, err := parser.ParseFile(&set, path, content, 0)
	if err != nil {
		t.Fatal(err)
	}
	bodies := make(map[string]int) // offsets behind the opening braces, by function
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			bodies[functionName(f)] = set.Position(f.Body.Lbrace).Offset + 1
		}
	}
	slices.SortFunc(here, func(a, b fault) int { return bodies[b.function] - bodies[a.function] }) // from the end
	for _, f := range here {
		at, ok := bodies[f.function]
		if !ok {
			t.Fatalf("%s has no function %s: put the fault of the mutant engine where it is now", path, f.function)
		}
		content = content[:at] + fmt.Sprintf("\n%s\n", f.code) + content[at:]
	}
	return content, file.Name.Name
}

// functionName gives Type.Method, or the name of a function without receiver.
func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	receiver := f.Recv.List[0].Type
	if pointer, ok := receiver.(*ast.StarExpr); ok {
		receiver = pointer.X
	}
	if generic, ok := receiver.(*ast.IndexExpr); ok {
		receiver = generic.X
	}
	return fmt.Sprint(receiver, ".", f.Name.Name)
}
