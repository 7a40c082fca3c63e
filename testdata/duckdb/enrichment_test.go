package duckdb

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// last gives the last address of a prefix.
func last(p netip.Prefix) netip.Addr {
	octets := p.Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(octets); bit++ {
		octets[bit/8] |= 1 << (7 - bit%8)
	}
	a, _ := netip.AddrFromSlice(octets)
	return a
}

// TestLongestPrefix: routes and labels are those of the smallest range of addresses that
// DuckDB finds for each row.
func TestLongestPrefix(t *testing.T) {
	t.Parallel()
	inputs := []string{filepath.Join("testdata", "capture", "lab.pcapng"), filepath.Join("testdata", "capture", "icmp-types.pcap"),
		filepath.Join("testdata", "export", "lab-softflowd-v9.raw")}
	d := open(t)
	plain := run(t, "parquet", settings[0], inputs...)
	d.exec("CREATE TABLE ranges (version INTEGER, first VARCHAR, last VARCHAR, length INTEGER, asn BIGINT, label VARCHAR)")
	random := rand.New(rand.NewPCG(1, 2))
	routes, labels := "", "prefix,label\n"
	seen := make(map[netip.Prefix]bool)
	for _, row := range d.rows("SELECT DISTINCT src_ip FROM read_parquet(%s) ORDER BY ALL", quote(plain.path("flows"))) {
		address := netip.MustParseAddr(row[0])
		for range 4 {
			p := netip.PrefixFrom(address, random.IntN(address.BitLen()+1)).Masked()
			if seen[p] {
				continue
			}
			seen[p] = true
			version := 4
			if address.Is6() {
				version = 6
			}
			asn, label := 1+random.Uint32N(1<<31), fmt.Sprint("of ", p)
			routes += fmt.Sprintf("%s,%d\n", p, asn)
			labels += fmt.Sprintf("%s,%s\n", p, label)
			d.exec("INSERT INTO ranges VALUES (%d, octets(%s), octets(%s), %d, %d, %s)", version,
				quote(p.Addr().String()), quote(last(p).String()), p.Bits(), asn, quote(label))
		}
	}
	folder := t.TempDir()
	s := settings[0]
	s.reference = []string{"--as", filepath.Join(folder, "routes"), "--prefixes", filepath.Join(folder, "labels")}
	for name, content := range map[string]string{"routes": routes, "labels": labels} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.tables(run(t, "parquet", s, inputs...))
	for _, table := range []string{"flows", "intervals"} {
		for _, side := range []string{"src", "dst"} {
			best := strings.ReplaceAll(`SELECT r.file_row_number AS n, arg_max(asn, length) AS asn, max(length) AS length, arg_max(label, length) AS label
				FROM `+table+` r LEFT JOIN ranges ON version = ip_version AND octets(SIDE_ip) BETWEEN first AND last GROUP BY n`, "SIDE", side)
			where := strings.ReplaceAll(`SIDE_as IS DISTINCT FROM asn OR SIDE_mask IS DISTINCT FROM length OR SIDE_label IS DISTINCT FROM label`, "SIDE", side)
			if found := d.rows("SELECT * FROM %s JOIN (%s) ON n = file_row_number WHERE %s LIMIT 3", table, best, where); len(found) > 0 {
				t.Errorf("%s, %s: DuckDB finds another prefix for %v", table, side, found)
			}
			if all, some := d.number("SELECT count(*) FROM %s", table), d.number("SELECT count(%s_label) FROM %s", side, table); some == 0 || all == 0 {
				t.Errorf("%s: %d of %d rows have a label", table, some, all)
			}
		}
	}
}
