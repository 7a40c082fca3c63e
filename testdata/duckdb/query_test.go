package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

// database is a session of DuckDB in memory.
type database struct {
	t    *testing.T
	conn *sql.Conn
}

// open begins a session. It has the function octets(VARCHAR), which gives an
// address as it is ordered in the tables, and never loads an extension from the
// network.
func open(t *testing.T) *database {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &database{t, conn}
	d.exec("SET autoinstall_known_extensions = false")
	d.exec("SET autoload_known_extensions = false")
	if err := duckdb.RegisterScalarUDF(conn, "octets", octets{}); err != nil {
		t.Fatal(err)
	}
	return d
}

// tables reads the tables of a Parquet output into tables of their names, with the
// place of each row as file_row_number. The macro stamp gives a time as a number in
// the unit of the tables, interval_of the begin of its interval, width() being that
// of all of them.
func (d *database) tables(o *output) {
	d.t.Helper()
	d.exec("CREATE MACRO stamp(t) AS epoch_%s(t)", o.setting.unit)
	d.exec("CREATE MACRO width() AS %d", o.setting.perSecond()*intervalSeconds)
	d.exec("CREATE MACRO interval_of(t) AS stamp(t) - (stamp(t) %% width() + width()) %% width()")
	for _, table := range o.tables() {
		d.exec("CREATE TABLE \"%s\" AS FROM read_parquet(%s, file_row_number = true)", table, quote(o.path(table)))
	}
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func (d *database) exec(format string, arguments ...any) {
	d.t.Helper()
	query := fmt.Sprintf(format, arguments...)
	if _, err := d.conn.ExecContext(context.Background(), query); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
}

// rows gives the rows of a query with each cell as text, NULL as "NULL".
func (d *database) rows(format string, arguments ...any) [][]string {
	d.t.Helper()
	query := fmt.Sprintf(format, arguments...)
	found, err := d.conn.QueryContext(context.Background(), query)
	if err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		d.t.Fatal(err)
	}
	var all [][]string
	for found.Next() {
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := found.Scan(cells...); err != nil {
			d.t.Fatalf("%s: %v", query, err)
		}
		row := make([]string, len(names))
		for i, cell := range cells {
			if row[i] = "NULL"; *cell.(*any) != nil {
				row[i] = fmt.Sprint(*cell.(*any))
			}
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return all
}

// number gives the single integer that a query gives.
func (d *database) number(format string, arguments ...any) int64 {
	d.t.Helper()
	var v sql.NullInt64
	query := fmt.Sprintf(format, arguments...)
	if err := d.conn.QueryRowContext(context.Background(), query).Scan(&v); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return v.Int64
}

// none fails the test if a table has rows of which one of the conditions is true.
func (d *database) none(table string, conditions []string) {
	d.t.Helper()
	counts := make([]string, len(conditions))
	for i, condition := range conditions {
		counts[i] = "count(*) FILTER (WHERE " + condition + ")"
	}
	for i, count := range d.rows("SELECT %s FROM %s", strings.Join(counts, ", "), table)[0] {
		if count != "0" {
			found := d.rows("FROM %s WHERE %s LIMIT 3", table, conditions[i])
			d.t.Errorf("%s rows of %s with %s: %v", count, table, conditions[i], found)
		}
	}
}

// equal fails the test if two queries give different rows, each as often, NULLs
// being equal to each other, or if neither gives any although some is true.
func (d *database) equal(a, b string, some bool) {
	d.t.Helper()
	for _, q := range []string{a + " EXCEPT ALL " + b, b + " EXCEPT ALL " + a} {
		if found := d.rows("SELECT * FROM (%s) LIMIT 3", q); len(found) > 0 {
			d.t.Errorf("rows of one side only: %v, by %s", found, q)
		}
	}
	if n := d.number("SELECT count(*) FROM (%s)", a); some && n == 0 {
		d.t.Errorf("no rows to compare: %s", a)
	}
}

// octets is the SQL function that gives the 16 octets of an address in
// hexadecimal digits, of IPv4 addresses those of their IPv4-mapped form.
type octets struct{}

func (octets) Config() duckdb.ScalarFuncConfig {
	text, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err != nil {
		panic(err) // there is no database without it
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text}, ResultTypeInfo: text}
}

func (octets) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		address, err := netip.ParseAddr(values[0].(string))
		if err != nil {
			return nil, err
		}
		all := address.As16()
		return hex.EncodeToString(all[:]), nil
	}}
}

func TestOctetsOrdersAddresses(t *testing.T) {
	d := open(t)
	got := d.rows("SELECT octets('9.0.0.1') < octets('10.0.0.1'), octets('255.255.255.255') < octets('::1:0:0:0'), octets('::1') < octets('1.1.1.1')")
	want := [][]string{{"true", "true", "true"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
