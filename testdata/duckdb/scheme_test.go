package duckdb

import (
	"database/sql/driver"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

// schemeKeys gives the key of each scheme by its name: the columns of its table, and
// the same of the pieces of flows (see pieces).
func schemeKeys() map[string][]string {
	in, out, as := "exporter_ip, in_if", "exporter_ip, out_if", "src_as, dst_as, exporter_ip, in_if, out_if"
	source, destination := "network(src_ip, s_bits) AS src_prefix, s_bits AS src_mask", "network(dst_ip, d_bits) AS dst_prefix, d_bits AS dst_mask"
	return map[string][]string{
		"as":                     {as},
		"as-tos":                 {as, "tos"},
		"protocol-port":          {"protocol, src_port, dst_port"},
		"protocol-port-tos":      {"protocol, src_port, dst_port, tos, exporter_ip, in_if, out_if"},
		"source-prefix":          {source, "src_as", in},
		"source-prefix-tos":      {source, "src_as", in, "tos"},
		"destination-prefix":     {destination, "dst_as", out},
		"destination-prefix-tos": {destination, "dst_as", out, "tos"},
		"prefix":                 {source, destination, as},
		"prefix-tos":             {source, destination, as, "tos"},
		"prefix-port":            {source, destination, "protocol, src_port, dst_port, tos, exporter_ip, in_if, out_if"},
		"bgp-nexthop-tos":        {"src_as, dst_as, bgp_next_hop, exporter_ip, in_if, out_if, tos"},
		"index-tos":              {"exporter_ip, in_if, out_if, tos"},
		"source-index-tos":       {in, "tos"},
		"vlan-id":                {"vlan_id"},
		"mpls-label":             {"mpls_label, mpls_label2, mpls_label3"},
		"vni-sip-dip":            {"vni, src_ip, dst_ip"},
		"own":                    {"network(src_ip, 16) AS src_ip, tos >> 2 AS dscp, exporter_ip, observation_domain, interface, direction, next_hop"},
	}
}

// schemeArguments ask for all of them.
func schemeArguments() []string {
	arguments := []string{"--distinct", "--interval", "5m", "-A", "own=src_ip/16:16,dscp,exporter,interface,direction,next_hop"}
	for name := range schemeKeys() {
		if name != "own" {
			arguments = append(arguments, "-A", name)
		}
	}
	return arguments
}

// network is the SQL function that gives the network address of the first bits of an
// address.
type network struct{}

func (network) Config() duckdb.ScalarFuncConfig {
	text, err := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	if err != nil {
		panic(err) // there is no database without it
	}
	number, err := duckdb.NewTypeInfo(duckdb.TYPE_INTEGER)
	if err != nil {
		panic(err)
	}
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, number}, ResultTypeInfo: text}
}

func (network) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		address, err := netip.ParseAddr(values[0].(string))
		if err != nil {
			return nil, err
		}
		prefix, err := address.Prefix(int(values[1].(int32)))
		return prefix.Addr().String(), err
	}}
}

// pieces makes a table of what flows amount to in each interval: of metered flows the
// rows of the interval table, of exported ones their shares, worked out from the flow
// table, which has what exporters tell of routes. of says which columns the interval
// table has beside the usual ones.
func (d *database) pieces(o *output, of map[string]bool) {
	optional := func(column, otherwise string) string {
		if of[column] {
			return column
		}
		return "NULL::" + otherwise + " AS " + column
	}
	bits := func(ip, mask string) string {
		return "CASE WHEN " + ip + " IS NULL THEN NULL ELSE least(coalesce(" + mask + ", CASE WHEN ip_version = 4 THEN 24 ELSE 64 END), CASE WHEN ip_version = 4 THEN 32 ELSE 128 END) END::INTEGER"
	}
	from := func(ip, mask string) string {
		return "CASE WHEN " + ip + " IS NULL THEN NULL WHEN " + mask + " IS NULL THEN 'minimum' ELSE 'record' END"
	}
	both := "exporter_ip, observation_domain, interface, in_if, out_if, direction, src_ip, dst_ip, src_port, dst_port, protocol, tos"
	d.exec("CREATE TABLE pieces AS SELECT stamp(interval_start) AS b, %s, NULL::UINTEGER AS src_as, NULL::UINTEGER AS dst_as, NULL::VARCHAR AS next_hop, NULL::VARCHAR AS bgp_next_hop, "+
		"%s AS s_bits, %s AS d_bits, %s AS s_from, %s AS d_from, %s, %s, %s, %s, "+
		"CASE WHEN tunnel_type IN ('vxlan', 'vxlan-gpe', 'geneve') THEN tunnel_id END AS vni, "+
		"flows_started::HUGEINT AS flows, flows_active::HUGEINT AS flows_active, flows_started::HUGEINT AS flows_started, flows_ended::HUGEINT AS flows_ended, packets::HUGEINT AS packets, bytes::HUGEINT AS bytes, "+
		"wire_bytes::HUGEINT AS wire_bytes, payload_bytes::HUGEINT AS payload_bytes, packets_scaled::HUGEINT AS packets_scaled, bytes_scaled::HUGEINT AS bytes_scaled, "+
		"stamp(first_seen) AS f, stamp(last_seen) AS l, complete FROM intervals WHERE distribution = 'direct'",
		both, bits("src_ip", "NULL"), bits("dst_ip", "NULL"), from("src_ip", "NULL"), from("dst_ip", "NULL"),
		optional("vlan_id", "USMALLINT"), optional("mpls_label", "UINTEGER"), optional("mpls_label2", "UINTEGER"), optional("mpls_label3", "UINTEGER"))
	if o.manifest.Totals.Distribution == "" {
		return
	}
	share := func(column string) string {
		return strings.ReplaceAll(shareOf(o.manifest.Totals.Distribution), "$c", column+"::HUGEINT")
	}
	label := func(n int) string { return fmt.Sprintf("nullif(split_part(mpls_labels, '/', %d), '')::UINTEGER", n) }
	d.exec("INSERT INTO pieces SELECT b, %s, src_as, dst_as, next_hop, bgp_next_hop, %s, %s, %s, %s, vlan_id, mpls_label, %s, %s, NULL, "+
		"CASE WHEN b = least_b THEN coalesce(flows, 1) ELSE 0 END, 1, (b = least_b)::INT, (b = greatest_b)::INT, %s, %s, %s, %s, %s, %s, "+
		"greatest(s, b), least(e, b + width() - 1), (SELECT bool_and(complete) FROM intervals WHERE distribution <> 'direct' AND stamp(interval_start) = b) FROM (SELECT *, (greatest_b - least_b) // width() + 1 AS touched, unnest(generate_series(least_b, greatest_b, width())) AS b FROM ("+
		"SELECT *, stamp(flow_start) AS s, stamp(flow_end) AS e, interval_of(flow_start) AS least_b, interval_of(flow_end) AS greatest_b FROM flows WHERE time_source <> 'packet'))",
		both, bits("src_ip", "src_mask"), bits("dst_ip", "dst_mask"), from("src_ip", "src_mask"), from("dst_ip", "dst_mask"), label(2), label(3),
		share("packets"), share("bytes"), share("wire_bytes"), share("payload_bytes"), share("packets_scaled"), share("bytes_scaled"))
}

// checkScheme compares the table of a scheme with the pieces, grouped anew.
func (d *database) checkScheme(name string, exportedOnly bool) {
	d.t.Helper()
	keys := schemeKeys()[name]
	var columns []string
	for _, key := range strings.Split(strings.Join(keys, "; "), "; ") {
		for _, part := range strings.Split(strings.NewReplacer("(src_ip, ", "(src_ip; ", "(dst_ip, ", "(dst_ip; ").Replace(key), ", ") {
			if at := strings.LastIndex(part, " AS "); at >= 0 {
				part = part[at+4:]
			}
			columns = append(columns, part)
		}
	}
	sums := "sum(flows), sum(flows_active), sum(flows_started), sum(flows_ended), sum(packets), sum(bytes), sum(wire_bytes), sum(payload_bytes), " +
		"CASE WHEN count(*) = count(packets_scaled) THEN sum(packets_scaled) END, CASE WHEN count(*) = count(bytes_scaled) THEN sum(bytes_scaled) END, " +
		"min(f), max(l), (8 * sum(bytes))::DOUBLE / 300.0, bool_and(complete), nullif(count(DISTINCT src_ip_), 0), nullif(count(DISTINCT dst_ip_), 0)"
	told := "flows, flows_active, flows_started, flows_ended, packets, bytes, wire_bytes, payload_bytes, packets_scaled, bytes_scaled, " +
		"stamp(first_seen), stamp(last_seen), avg_bps, complete, distinct_src, distinct_dst"
	if exportedOnly { // of packets the interval table does not tell
		sums += ", sum(l - f)"
		told += ", active_time_ns"
	}
	for _, c := range columns {
		if which, ok := strings.CutSuffix(c, "_prefix"); ok {
			x := which[:1] + "_from"
			sums += ", CASE WHEN min(" + x + ") = max(" + x + ") THEN min(" + x + ") WHEN count(" + x + ") > 0 THEN 'mixed' END"
			told += ", " + which + "_mask_source"
		}
	}
	grouped := fmt.Sprintf("SELECT b, %s, %s FROM (SELECT b, %s, src_ip AS src_ip_, dst_ip AS dst_ip_, * EXCLUDE (b, %s) FROM pieces) GROUP BY b, %[1]s",
		strings.Join(columns, ", "), sums, strings.Join(keys, ", "), d.shadowed(columns))
	d.equal(fmt.Sprintf(`SELECT stamp(interval_start), %s, %s FROM "accounting/%s"`, strings.Join(columns, ", "), told, name), grouped, true)
	// Rows are in the order of interval and key, NULL first, addresses as octets.
	var order []string
	for _, c := range columns {
		switch c {
		case "src_ip", "dst_ip", "src_prefix", "dst_prefix", "next_hop", "bgp_next_hop", "exporter_ip":
			c = "octets(" + c + ") NULLS FIRST, contains(" + c + ", ':')"
		case "direction":
			c = "direction = 'egress' NULLS FIRST"
		default:
			c += " NULLS FIRST"
		}
		order = append(order, c)
	}
	d.none(fmt.Sprintf(`(SELECT file_row_number, row_number() OVER (ORDER BY interval_start, %s) - 1 AS place FROM "accounting/%s")`, strings.Join(order, ", "), name),
		[]string{"file_row_number <> place"})
}

// shadowed gives those columns of pieces that the key shows in another way.
func (d *database) shadowed(columns []string) string {
	var found []string
	for _, row := range d.rows("SELECT column_name FROM (DESCRIBE pieces)") {
		for _, c := range columns {
			if c == row[0] {
				found = append(found, c)
			}
		}
	}
	return strings.Join(found, ", ")
}

// TestSchemes: the tables of all schemes are what DuckDB groups the flows and intervals
// to.
func TestSchemes(t *testing.T) {
	capture := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join("testdata", "capture", name))
		}
		return paths
	}
	export := func(names ...string) (paths []string) {
		for _, name := range names {
			paths = append(paths, filepath.Join("testdata", "export", name))
		}
		return paths
	}
	v8 := func() (paths []string) {
		for n := 1; n <= 14; n++ {
			paths = append(paths, filepath.Join("testdata", "export", fmt.Sprintf("v8-%02d.raw", n)))
		}
		return paths
	}
	for _, test := range []struct {
		name      string
		inputs    []string
		arguments []string
	}{
		{"captures", capture("lab.pcapng", "lab-two-points.pcapng", "ipv4-fragments.pcap", "icmp-types.pcap", "active-over-30min.pcap", "out-of-order-1h.pcap"), nil},
		{"labels", capture("lab.pcapng", "qinq.pcap", "mpls.pcap", "mpls-ipv6.pcap"), []string{"--key", "7tuple,vlan_id,mpls_label,mpls_label2,mpls_label3"}},
		{"tunnels", capture("tunnels.pcap", "lab.pcapng"), []string{"--meter", "both"}},
		{"samples", capture("lab.pcapng"), []string{"--sample", "fix-packets:3"}},
		{"v5", export("v5.raw", "v5-sampled.raw"), nil},
		{"v8", v8(), nil},
		{"v9", export("lab-softflowd-v9.raw", "v9.raw", "v9-sampler.raw", "netstream-h3c.raw", "exports-two-exporters.pcap"), nil},
		{"IPFIX", export("ipfix.ipfix", "netstream-huawei.ipfix", "mpls-vlan-mac.ipfix", "biflow.ipfix", "nat.ipfix", "times.ipfix", "totals.ipfix"), nil},
		{"long flows", []string{captureOfExports(t, longFlows()...)}, []string{"--distribution", "uniform"}},
		{"both", append(capture("lab.pcapng"), export("lab-softflowd-v9.raw", "v5-sampled.raw", "v8-05.raw")...), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := settings[1]
			s.more = append(schemeArguments(), test.arguments...)
			o := run(t, "parquet", s, test.inputs...)
			d := open(t)
			if err := duckdb.RegisterScalarUDF(d.conn, "network", network{}); err != nil {
				t.Fatal(err)
			}
			d.tables(o)
			of := map[string]bool{}
			for _, row := range d.rows("SELECT column_name FROM (DESCRIBE intervals)") {
				of[row[0]] = true
			}
			d.pieces(o, of)
			for name := range schemeKeys() {
				t.Run(name, func(t *testing.T) {
					d.t = t
					d.checkScheme(name, o.manifest.Totals.PacketsRead == 0)
				})
			}
		})
	}
}
