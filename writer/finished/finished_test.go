package finished

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/table"
)

// rows is above what is read at a time, and above a row group.
const rows = 140000

func columns() []table.ResultColumn {
	return []table.ResultColumn{{Name: "first_seen", Kind: table.TimestampMicro}, {Name: "src_ip", Kind: table.Text}, {Name: "tos", Kind: table.Uint8},
		{Name: "packets", Kind: table.Int64}, {Name: "customer", Kind: table.Text}}
}

func cellsOf(i int64) []table.ResultCell {
	return []table.ResultCell{{Int: i * 1e6}, {Null: i%7 == 0, Text: text(i%7 != 0, fmt.Sprintf("10.0.%d.%d", i/256%256, i%256))}, {Int: i % 256},
		{Null: i%5 == 0, Int: max(0, i*boolean(i%5 != 0))}, {Text: fmt.Sprint("c", i%3)}}
}

func text(known bool, s string) string {
	if known {
		return s
	}
	return ""
}

func boolean(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// run writes a run directory with one table in one format.
func run(t *testing.T, format string, rows int64) string {
	t.Helper()
	out := t.TempDir()
	name := "intervals." + format
	file, err := os.Create(filepath.Join(out, name))
	if err != nil {
		t.Fatal(err)
	}
	var w interface {
		Write(*table.ResultRow) error
		Close() error
	}
	if format == "csv" {
		w, err = csvfile.New(file, "intervals", table.Results(columns()))
	} else {
		w, err = parquetfile.New(file, "intervals", table.Results(columns()))
	}
	for i := int64(0); i < rows && err == nil; i++ {
		err = w.Write(&table.ResultRow{Cells: cellsOf(i)})
	}
	if err = errors.Join(err, w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(out, name))
	if err != nil {
		t.Fatal(err)
	}
	document := fmt.Sprintf(`{"schema":{"name":"netstream.run","version":1},"run_id":"aa","complete":true,"parameters":{"time_unit":"us"},"outputs":[{"name":%q,"table":"intervals","rows":%d,"size":%d,"sha256":%q}]}`,
		name, rows, len(content), digest(content))
	sums := digest(content) + "  " + name + "\n" + digest([]byte(document)) + "  run.json\n"
	for name, content := range map[string]string{"run.json": document, "SHA256SUMS": sums} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// TestEach reads all rows of both formats, columns in another order than the file's.
func TestEach(t *testing.T) {
	for _, format := range []string{"csv", "parquet"} {
		t.Run(format, func(t *testing.T) {
			r, err := Open(run(t, format, rows))
			if err != nil {
				t.Fatal(err)
			}
			parts, err := r.Table("intervals")
			if err != nil {
				t.Fatal(err)
			}
			found := parts[0]
			var names []string
			for i, c := range columns() {
				names = append(names, c.Name)
				if found.Columns[i] != (Column{c.Name, c.Kind}) {
					t.Errorf("column %d is %+v, want %+v", i, found.Columns[i], c)
				}
			}
			slices.Reverse(names)
			at := int64(0)
			err = found.Each(names, func(row []Cell) error {
				want := cellsOf(at)
				for i := range row {
					if w := want[len(want)-1-i]; row[i] != Cell(w) {
						t.Fatalf("row %d, column %s: %+v, want %+v", at, names[i], row[i], w)
					}
				}
				at++
				return nil
			})
			if err != nil || at != rows {
				t.Errorf("%d rows: %v", at, err)
			}
			stop := errors.New("stop")
			if err := found.Each(names[:1], func([]Cell) error { return stop }); !errors.Is(err, stop) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// TestDamage changes each file of a run.
func TestDamage(t *testing.T) {
	for _, format := range []string{"csv", "parquet"} {
		for _, name := range []string{"run.json", "SHA256SUMS", "intervals." + format} {
			for what, change := range map[string]func(path string, content []byte) error{
				"gone":   func(path string, _ []byte) error { return os.Remove(path) },
				"longer": func(path string, content []byte) error { return os.WriteFile(path, append(content, ' '), 0o600) },
				"changed": func(path string, content []byte) error {
					content[len(content)/2] ^= 1
					return os.WriteFile(path, content, 0o600)
				},
				"empty": func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
			} {
				out := run(t, format, 100)
				path := filepath.Join(out, name)
				content, err := os.ReadFile(path)
				if err == nil {
					err = change(path, content)
				}
				if err != nil {
					t.Fatal(err)
				}
				r, err := Open(out)
				if err == nil {
					_, err = r.Table("intervals")
				}
				want := ErrDamaged
				if name == "run.json" && what == "gone" {
					want = ErrNoRun
				}
				if !errors.Is(err, want) || !strings.Contains(err.Error(), out) {
					t.Errorf("%s is %s: %v, want %v", name, what, err, want)
				}
			}
		}
	}
}

func TestMissing(t *testing.T) {
	r, err := Open(run(t, "csv", 100))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Table("flows"); err == nil {
		t.Error("a table that is not there is found")
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoRun) {
		t.Errorf("an empty folder is %v", err)
	}
}
