package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// exportFile is one exporter file of the corpus, as INDEX.tsv has it.
type exportFile struct {
	path       string   // relative to the corpus folder
	kind       string   // container format
	references []string // results of other programs, relative to the corpus folder
}

// trial is one run of netstream: the files of a group in their order, and the
// results that others have of just these files.
type trial struct {
	files      []string
	captures   bool // the files are pcap or pcapng: they know the exporter's address
	references []string
}

func (t *trial) name() string {
	if len(t.files) == 1 {
		return t.files[0]
	}
	return fmt.Sprintf("%s (+%d)", t.files[0], len(t.files)-1)
}

// readIndex reads the exporter files of INDEX.tsv.
func readIndex(corpus string) ([]exportFile, error) {
	text, err := os.ReadFile(filepath.Join(corpus, "INDEX.tsv"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the index of the corpus: %w", err)
	}
	files, err := parseIndex(string(text))
	if err != nil {
		return nil, fmt.Errorf("cannot read the index of the corpus: %w", err)
	}
	return files, nil
}

// parseIndex reads a table with tabs between the cells and the names of the
// columns in its first line. Lists have semicolons between their members, and "-"
// stands for none.
func parseIndex(text string) ([]exportFile, error) {
	lines := strings.Split(text, "\n")
	names := strings.Split(lines[0], "\t")
	var places [4]int
	for i, column := range [...]string{"file", "kind", "truth_files", "derived_truth_files"} {
		if places[i] = slices.Index(names, column); places[i] < 0 {
			return nil, fmt.Errorf("cannot find column %q among %d", column, len(names))
		}
	}
	var files []exportFile
	for number, line := range lines[1:] {
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) < len(names) {
			return nil, fmt.Errorf("cannot read line %d: got %d cells, want %d", number+2, len(cells), len(names))
		}
		f := exportFile{path: cells[places[0]], kind: cells[places[1]]}
		folder, _, _ := strings.Cut(f.path, "/")
		if !slices.Contains([]string{"netflow-raw", "netflow-pcap", "ipfix-file", "nfcapd"}, folder) || strings.Contains(f.kind, "nf?") {
			continue // another kind of file, or sFlow
		}
		for _, place := range places[2:] {
			for _, reference := range strings.Split(cells[place], ";") {
				if reference != "-" && programOf(reference) != "" && !slices.Contains(f.references, reference) {
					f.references = append(f.references, reference)
				}
			}
		}
		files = append(files, f)
	}
	return files, nil
}

// alone tells whether the file is a whole of its own, also where a reference is
// named for several files: these are then the same messages in other containers.
func (f *exportFile) alone() bool {
	return f.kind == "nfcapd" || strings.Contains(f.kind, "datagrams in pcap") || strings.Contains(f.kind, "one after the other")
}

// arrange makes the trials: a reference that is named for several files that are
// parts of one whole is compared with a run over all of them.
func arrange(files []exportFile) []trial {
	groups := map[string][]string{} // the files of a reference
	for _, f := range files {
		for _, r := range f.references {
			if !f.alone() {
				groups[r] = append(groups[r], f.path)
			}
		}
	}
	var trials []trial
	places := map[string]int{}
	add := func(f *exportFile, group []string, reference string) {
		name := strings.Join(group, "\n")
		i, ok := places[name]
		if !ok {
			i = len(trials)
			places[name] = i
			trials = append(trials, trial{files: group, captures: strings.Contains(f.kind, "pcap")})
		}
		if reference != "" && !slices.Contains(trials[i].references, reference) {
			trials[i].references = append(trials[i].references, reference)
		}
	}
	for i := range files {
		f := &files[i]
		if len(f.references) == 0 {
			add(f, []string{f.path}, "")
		}
		for _, reference := range f.references {
			group := groups[reference]
			if f.alone() {
				group = []string{f.path}
			}
			add(f, group, reference)
		}
	}
	return trials
}

// programOf names the program that made a reference, by the name of its file; ""
// is for files that hold no flow records.
func programOf(reference string) string {
	name := path.Base(reference)
	switch {
	case strings.Contains(name, "nfdump.json"), strings.Contains(name, "nfdump.csv"):
		return "nfdump"
	case strings.HasSuffix(name, "nfdump-I.txt"):
		return "nfdump -I"
	case strings.HasSuffix(name, "tshark-cflow.json.gz"):
		return "tshark"
	case strings.HasSuffix(name, ".flow-export.csv"), strings.HasSuffix(name, ".flow-tools.csv"):
		return "flow-tools"
	case strings.Contains(name, "output-flow-"):
		return "pmacct"
	case name == "expected.out":
		return "telegraf"
	case strings.HasPrefix(name, "expected") && strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".expected.json"):
		return "logstash"
	case strings.Contains(name, ".expected.") && strings.HasSuffix(name, ".txt"):
		return "ipfixcol"
	}
	return ""
}
