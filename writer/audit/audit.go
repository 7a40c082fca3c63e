package audit

import (
	"context"
	"fmt"
	"hash/maphash"
	"os"

	"netstream/writer/manifest"
	"netstream/writer/table"
)

// Defect is one thing that is not as it must be.
type Defect struct {
	File string // within the run directory, with slashes; "." for the directory itself
	What string // what was checked, as "SHA-256" or "sum of column bytes"
	Got  string
	Want string
}

// String words a defect in one line.
func (d Defect) String() string {
	return fmt.Sprintf("%s: %s: got %s, want %s", d.File, d.What, d.Got, d.Want)
}

// Columns are the columns that a table must have.
type Columns struct {
	Descriptions []table.Description

	// Labels allows text columns src_NAME and dst_NAME besides, which the files of
	// reference data name.
	Labels bool
}

// Options say what is known of a run besides its files.
type Options struct {
	// Columns gives the columns that a table must have under the parameters of run.json,
	// nil if that is not known. It is asked once for each table.
	Columns func(m *manifest.Manifest, table string) *Columns

	// Version is the version of the program whose run.json are written octet by octet as
	// manifest.Write does. Those of other versions may have members that are not known.
	Version string

	// Digests asks for the digests of what the tables hold.
	Digests bool
}

// Report is what was found.
type Report struct {
	Manifest *manifest.Manifest // nil if run.json cannot be read
	Files    int                // whose digests were compared
	Octets   int64              // of these
	Tables   int                // that were decoded
	Rows     uint64             // of these
	Laws     []string           // ids of the laws that were checked
	Digests  []TableDigest      // of decoded tables, as run.json lists them, if they are asked for
	Unread   []string           // tables that were not decoded, since they are not what was written
	Unknown  []string           // tables whose columns were not compared with the parameters
	Defects  []Defect
}

// TableDigest is the digest of what a table holds (package tabledigest).
type TableDigest struct {
	Table  string
	Rows   uint64
	SHA256 string
}

// auditor is an audit under way.
type auditor struct {
	path    string
	options Options
	report  *Report
	seed    maphash.Seed
	found   map[string]*fileState // regular files of the run, by name
	tables  map[string]*content   // what was decoded, by table
	broken  map[string]bool       // tables of which a part was not decoded
}

// Run audits a directory. The error is that of a directory that cannot be read at all,
// or of ctx.
func Run(ctx context.Context, path string, options Options) (*Report, error) {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("it is no directory")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot verify %s: %w", path, err)
	}
	a := &auditor{
		path: path, options: options, report: new(Report), seed: maphash.MakeSeed(),
		found: make(map[string]*fileState), tables: make(map[string]*content), broken: make(map[string]bool),
	}
	a.readManifest()
	for _, step := range []func(context.Context) error{a.inventory, a.digests, a.content} {
		if err := step(ctx); err != nil {
			return nil, fmt.Errorf("cannot verify %s: %w", path, err)
		}
	}
	if a.report.Manifest != nil {
		a.checkManifest()
		a.laws()
	}
	return a.report, nil
}

// defect reports what is wrong with a file.
func (a *auditor) defect(file, what string, got, want any) {
	a.report.Defects = append(a.report.Defects, Defect{file, what, fmt.Sprint(got), fmt.Sprint(want)})
}

// compare reports a difference.
func compare[T comparable](a *auditor, file, what string, got, want T) {
	if got != want {
		a.defect(file, what, got, want)
	}
}
