// Copycsv has DuckDB copy a table of flows in CSV to Parquet with zstd, in one thread, or
// only count and sum it, if no second file is named:
//
//	copycsv FLOWS.csv [FLOWS.parquet]
//
// So what writing costs can be told from what reading does.
package main

import (
	"database/sql"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "copycsv: error: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return fmt.Errorf("got %d arguments, want FLOWS.csv [FLOWS.parquet]", len(args))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err
	}
	defer db.Close() // in memory: nothing to lose
	if _, err := db.Exec("SET threads TO 1"); err != nil {
		return err
	}
	from := fmt.Sprintf("read_csv(%s, header = true)", quoted(args[0]))
	if len(args) == 2 {
		_, err = db.Exec(fmt.Sprintf("COPY (SELECT * FROM %s) TO %s (FORMAT parquet, COMPRESSION zstd)", from, quoted(args[1])))
		return err
	}
	var rows, packets, octets, ports int64
	var first, last any
	err = db.QueryRow("SELECT count(*), sum(packets)::BIGINT, sum(bytes)::BIGINT, sum(src_port + dst_port + protocol + tcp_flags)::BIGINT, "+
		"min(flow_start), max(flow_end) FROM "+from+" WHERE src_ip <> dst_ip").Scan(&rows, &packets, &octets, &ports, &first, &last)
	fmt.Printf("%d rows, %d packets, %d octets, from %v to %v\n", rows, packets, octets, first, last)
	return err
}

// quoted gives a text literal of SQL.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
