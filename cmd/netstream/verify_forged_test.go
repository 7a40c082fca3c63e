package main

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netstream/writer/audit"
	"netstream/writer/manifest"
)

// csvRows are the cells of a CSV table whose cells have no commas.
type csvRows [][]string

func (rows csvRows) column(name string) int { return slices.Index(rows[0], name) }

// known gives the first row that has a cell in a column.
func (rows csvRows) known(name string) int {
	return 1 + slices.IndexFunc(rows[1:], func(row []string) bool { return row[rows.column(name)] != "" })
}

// add adds to a number in a row, from 1.
func (rows csvRows) add(t *testing.T, row int, name string, n int64) {
	t.Helper()
	cell := &rows[row][rows.column(name)]
	v, err := strconv.ParseInt(*cell, 10, 64)
	must(t, err)
	*cell = strconv.FormatInt(v+n, 10)
}

// setSums gives run.json the sums of packets and bytes that a file has.
func setSums(m *manifest.Manifest, name string, rows csvRows) {
	for i := range m.Outputs {
		output := &m.Outputs[i]
		if output.Name != name {
			continue
		}
		output.Rows = uint64(len(rows) - 1)
		for j := range output.Columns {
			c := &output.Columns[j]
			sum := int64(0)
			for _, row := range rows[1:] {
				v, _ := strconv.ParseInt(row[rows.column(c.Name)], 10, 64) // NULL counts nothing
				sum += v
			}
			c.Sum = manifest.Number(strconv.FormatInt(sum, 10))
		}
	}
}

// TestVerifyFindsForgeries changes a table and lets run.json and SHA256SUMS have the
// digests, rows and sums of what it has become: what finds it is what tables say of each
// other.
func TestVerifyFindsForgeries(t *testing.T) {
	tests := []struct {
		name  string
		file  string
		forge func(t *testing.T, rows csvRows) csvRows
		more  func(m *manifest.Manifest)
		want  []string // parts of defects
	}{
		{"a packet more", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, 3, "packets", 1)
			return rows
		}, nil, []string{"law C5, sum of packets", "law C6, sum of packets"}},
		{"a packet more, in totals too", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, rows.known("first_packet"), "packets", 1)
			return rows
		}, func(m *manifest.Manifest) { m.Totals.PacketsAccounted = m.Outputs[0].Columns[0].Sum }, []string{"law C6, sum of packets", "and ledger"}},
		{"bytes of an interval", "intervals.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, 5, "bytes", -7)
			return rows
		}, nil, []string{"law C6, sum of bytes", "law C7, sum of bytes"}},
		{"payload that no sum of run.json has", "intervals.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, rows.known("payload_bytes"), "payload_bytes", 1)
			return rows
		}, nil, []string{"law C6, sum of payload_bytes"}},
		{"bytes from one flow to another", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, 3, "bytes", 100)
			rows.add(t, 9, "bytes", -100)
			return rows
		}, nil, []string{"law C6, bytes by flow key"}},
		{"bytes from one interval to another", "accounting/as.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, 1, "bytes", 100)
			rows.add(t, len(rows)-1, "bytes", -100)
			return rows
		}, nil, []string{"law C7, bytes by interval"}},
		{"a group less", "accounting/prefix.csv", func(t *testing.T, rows csvRows) csvRows {
			return slices.Delete(rows, 4, 5)
		}, nil, []string{"law C7, sum of packets"}},
		{"a flow less", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			return slices.Delete(rows, 4, 5)
		}, nil, []string{"totals, flows", "law C6b, sum of flows_started", "law C12"}},
		{"rows out of order", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[1], rows[len(rows)-1] = rows[len(rows)-1], rows[1]
			return rows
		}, nil, []string{"order of rows"}},
		{"rows of an interval out of order", "intervals.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[1], rows[30] = rows[30], rows[1]
			return rows
		}, nil, []string{"order of rows"}},
		{"a column by another name", "intervals.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[0][rows.column("tos")] = "dscp"
			return rows
		}, nil, []string{"column 17: got dscp"}},
		{"two columns swapped", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			a, b := rows.column("src_port"), rows.column("dst_port")
			for _, row := range rows {
				row[a], row[b] = row[b], row[a]
			}
			return rows
		}, nil, []string{"column 15: got dst_port"}},
		{"no NULL", "ledger.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[1][rows.column("kind")] = ""
			return rows
		}, nil, []string{"cells of column kind"}},
		{"a port beyond all", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[1][rows.column("src_port")] = "65536"
			return rows
		}, nil, []string{"cells of column src_port"}},
		{"an end before its start", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[2][rows.column("flow_end")] = "2026-11-22T02:57:38.810601Z"
			return rows
		}, nil, []string{"flow_start and flow_end"}},
		{"an end by another reason", "flows.csv", func(t *testing.T, rows csvRows) csvRows {
			rows[2][rows.column("end_reason")] = "active_timeout"
			return rows
		}, nil, []string{"law C12, flows that ended by active_timeout"}},
		{"packets that were not IP", "ledger.csv", func(t *testing.T, rows csvRows) csvRows {
			rows.add(t, 2, "packets", -1)
			return rows
		}, nil, []string{"law C3", "law C11"}},
		{"a row of the ledger less", "ledger.csv", func(t *testing.T, rows csvRows) csvRows {
			return slices.Delete(rows, 5, 6)
		}, nil, []string{"law C1, octets"}},
		{"other settings", "ledger.csv", func(t *testing.T, rows csvRows) csvRows { return rows },
			func(m *manifest.Manifest) { m.Parameters["idle_timeout"] = "31s" }, []string{"run_id"}},
		{"other input", "ledger.csv", func(t *testing.T, rows csvRows) csvRows { return rows },
			func(m *manifest.Manifest) { m.Inputs[0].ContentSHA256 = m.Inputs[1].ContentSHA256 }, []string{"run_id"}},
		{"a law that does not hold", "ledger.csv", func(t *testing.T, rows csvRows) csvRows { return rows },
			func(m *manifest.Manifest) { m.Laws[2].Holds = false }, []string{"law C3"}},
	}
	original := verifiedRun(t, "csv")
	files := contentsOf(t, original)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := t.TempDir()
			for name, content := range files {
				must(t, os.MkdirAll(filepath.Dir(filepath.Join(out, name)), 0o700))
				mustWrite(t, filepath.Join(out, name), content)
			}
			var rows csvRows
			for line := range strings.Lines(string(files[tt.file])) {
				rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), ","))
			}
			rows = tt.forge(t, rows)
			var text strings.Builder
			for _, row := range rows {
				text.WriteString(strings.Join(row, ",") + "\n")
			}
			mustWrite(t, filepath.Join(out, tt.file), []byte(text.String()))
			reseal(t, out, func(m *manifest.Manifest) {
				setSums(m, tt.file, rows)
				if tt.more != nil {
					tt.more(m)
				}
			})
			defects := defectsOf(t, out)
			for _, want := range tt.want {
				if !slices.ContainsFunc(defects, func(d audit.Defect) bool { return strings.Contains(d.String(), want) }) {
					t.Errorf("%q is not among %v", want, defects)
				}
			}
			for _, d := range defects {
				if strings.Contains(d.What, "SHA-256") || strings.Contains(d.What, "by run.json") && strings.Contains(d.What, "sum of column") {
					t.Errorf("the forgery is not a good one: %v", d)
				}
			}
		})
	}
}

// TestVerifyFindsForgedParquet gives a run the tables of others, digests and all.
func TestVerifyFindsForgedParquet(t *testing.T) {
	input := filepath.Join(captures, "lab.pcapng")
	tests := []struct {
		name, file string
		args       []string
		want       string
	}{
		{"other flows", "flows.parquet", []string{"-f", "tcp", input}, "law C6, sum of packets"},
		{"other columns", "flows.parquet", []string{"--with-mac", input}, "column 69: got src_mac"},
		{"other types", "intervals.parquet", []string{"--time-unit", "ns", input}, "interval_start timestamp[ns], want interval_start timestamp[us, UTC]"},
		{"other intervals", "intervals.parquet", []string{"--idle-timeout", "1s", input}, "law C6b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, other := outputOf(t, input), outputOf(t, tt.args...)
			content, err := os.ReadFile(filepath.Join(other, tt.file))
			must(t, err)
			mustWrite(t, filepath.Join(out, tt.file), content)
			reseal(t, out, nil)
			defects := defectsOf(t, out)
			if !slices.ContainsFunc(defects, func(d audit.Defect) bool { return strings.Contains(d.String(), tt.want) }) {
				t.Errorf("%q is not among %v", tt.want, defects)
			}
		})
	}
}

// TestVerifyFindsSwappedTables gives each of two tables the name of the other.
func TestVerifyFindsSwappedTables(t *testing.T) {
	out := verifiedRun(t, "parquet")
	a, b := filepath.Join(out, "accounting", "as.parquet"), filepath.Join(out, "accounting", "prefix.parquet")
	must(t, os.Rename(a, out+".x"))
	must(t, os.Rename(b, a))
	must(t, os.Rename(out+".x", b))
	reseal(t, out, func(m *manifest.Manifest) {
		for i := range m.Outputs {
			for j := range m.Outputs {
				if m.Outputs[i].Table == "accounting/as" && m.Outputs[j].Table == "accounting/prefix" {
					m.Outputs[i].Rows, m.Outputs[j].Rows = m.Outputs[j].Rows, m.Outputs[i].Rows
				}
			}
		}
	})
	defects := defectsOf(t, out)
	for _, want := range []string{"as.parquet: metadata netstream.table", "prefix.parquet: metadata netstream.table"} {
		if !slices.ContainsFunc(defects, func(d audit.Defect) bool { return strings.Contains(d.String(), want) }) {
			t.Errorf("%q is not among %v", want, defects)
		}
	}
}

// TestVerifyFindsRowsOfAnotherPartition gives the file of a day a row of another one.
func TestVerifyFindsRowsOfAnotherPartition(t *testing.T) {
	dataset := outputOf(t, "-o", "csv", "--partition", "day", filepath.Join(captures, "lab.pcapng"))
	runs, err := runsIn(dataset)
	must(t, err)
	out := runs[0]
	name := "intervals/date=2026-11-23/part-0.csv"
	text, err := os.ReadFile(filepath.Join(out, name))
	must(t, err)
	mustWrite(t, filepath.Join(out, name), []byte(strings.Replace(string(text), "2026-11-23T02:55:00", "2026-11-22T02:55:00", 1)))
	reseal(t, out, nil)
	if defects := defectsOf(t, out); !slices.ContainsFunc(defects, func(d audit.Defect) bool {
		return d.File == name && d.What == "rows of the partition" && strings.HasPrefix(d.Got, "1 ")
	}) {
		t.Errorf("it is not among %v", defects)
	}
}
