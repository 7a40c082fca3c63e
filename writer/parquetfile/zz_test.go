package parquetfile_test
import ("testing";"os";"bytes";"netstream/writer/table";"netstream/writer/rowtest";"netstream/writer/csvfile")
func dump[R any](t *testing.T, name string, c []table.Column[R], rows []R) {
	os.WriteFile("/tmp/w_"+name+".parquet", write(t, name, c, rows, 1000), 0o600)
	var b bytes.Buffer
	w, _ := csvfile.New(&b, name, c); w.WriteBatch(rows); w.Close()
	os.WriteFile("/tmp/w_"+name+".csv", b.Bytes(), 0o600)
}
func TestZZ(t *testing.T) {
	o := table.Options{Points: rowtest.Points(), IntervalWidth: rowtest.Width, WithMAC: true}
	dump(t, "wild", table.Flows(o), rowtest.Wild(30000, 1))
	dump(t, "wildint", table.Intervals(o), rowtest.WildIntervals(30000, 1))
	dump(t, "real", table.Flows(o), rowtest.Flows(300000, 1))
	dump(t, "empty", table.Flows(o), nil)
	dump(t, "ledger", table.Ledger(), rowtest.Ledger(3000, 1))
	o.Nanoseconds = true
	dump(t, "nano", table.Flows(o), rowtest.Wild(30000, 1))
}
