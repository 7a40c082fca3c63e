package table_test

import (
	"bytes"
	"flag"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

var update = flag.Bool("update", false, "write docs/schema.md anew")

func TestSchemaPage(t *testing.T) {
	const path = "../../docs/schema.md"
	var page bytes.Buffer
	if err := table.Markdown(&page); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(page.Bytes(), want) {
		t.Errorf("%s is not what the declarations say; go test ./writer/table -update writes it anew", path)
	}
}

// TestContract has the names and types that version 2 of the schema promises.
func TestContract(t *testing.T) {
	const point = "interface? exporter_ip? observation_domain? in_if? in_if_name? out_if? out_if_name? direction? "
	const key = "ip_version? src_ip? dst_ip? src_port? dst_port? protocol? tos? "
	const tunnel = "tunnel_type? tunnel_id? outer_src_ip? outer_dst_ip? "
	const counters = "packets? bytes? wire_bytes? payload_bytes? packets_scaled? bytes_scaled? "
	const flows = "flow_start flow_end duration_us " + point + key + counters + "sampling_rate? sampling_source? flows? " +
		"tcp_flags? tcp_fin? tcp_syn? tcp_rst? tcp_psh? tcp_ack? tcp_urg? tcp_ece? tcp_cwr? tcp_ae? " +
		"min_ttl? max_ttl? min_ip_len? max_ip_len? vlan_id? inner_vlan_id? mpls_label? mpls_labels? next_hop? bgp_next_hop? " +
		"src_as? dst_as? src_mask? dst_mask? forwarding_status? nat_src_ip? nat_dst_ip? nat_src_port? nat_dst_port? nat_event? firewall_event? " +
		"app_id? app_name? in_vrf_id? in_vrf? out_vrf_id? out_vrf? " + tunnel + "src_mac? dst_mac? " +
		"time_source fragments? late_packets? end_reason? end_reason_code? flow_id community_id? first_packet? first_record? first_file first_file_packet? e0_344?"
	const intervals = "interval_start interval_end " + point + key + "flows_active flows_started flows_ended " + counters +
		tunnel + "tcp_flags? first_seen last_seen distribution complete"
	const ledger = "input kind outcome detail? packets? wire_bytes? captured_bytes? bytes? octets? first_offset? first_packet? " +
		"messages? records? sets? first_message?"
	const exporters = "input exporter_ip? exporter_port? version observation_domain? first_export? last_export? messages? bytes? " +
		"duplicates_dropped? rejected_messages? records? option_records? rows? templates? option_templates? redefinitions? withdrawals? " +
		"sequence_rule? sequence_gaps? lost? duplicates? reordered? resets? clock_backwards? clock_jumps? uptime_wraps? time_inverted? " +
		"undecodable_sets? undecodable_bytes? decoded_late?"
	sections := table.Schema(table.Options{WithMAC: true, Elements: []string{"e0_344"}, FileOf: func(uint32) string { return "" }})
	for i, want := range []string{flows, intervals, ledger, exporters} {
		var names []string
		for _, d := range sections[i].Columns {
			name := d.Name
			if d.Nullable {
				name += "?"
			}
			names = append(names, name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("table %s:\n got %s\nwant %s", sections[i].Name, got, want)
		}
	}
	if table.SchemaVersion != "2" {
		t.Error("a new version needs its own contract")
	}
}

func TestOptionalColumns(t *testing.T) {
	for _, d := range table.Describe(table.Flows(table.Options{})) {
		if strings.HasSuffix(d.Name, "_mac") {
			t.Errorf("%s without WithMAC", d.Name)
		}
	}
	for _, nanoseconds := range []bool{false, true} {
		for _, section := range table.Schema(table.Options{Nanoseconds: nanoseconds}) {
			for _, d := range section.Columns {
				if strings.HasPrefix(d.Type, "timestamp") && (d.Type == "timestamp[ns]") != nanoseconds {
					t.Errorf("%s.%s is %s", section.Name, d.Name, d.Type)
				}
			}
		}
	}
}

// TestDeclarations checks what Column promises.
func TestDeclarations(t *testing.T) {
	o := rowtest.Options()
	for _, o.Present = range []flow.Fields{0, flow.MeteredFields, rowtest.NetFlow5Fields, 1 << 63} {
		checkDeclarations(t, table.Flows(o))
		checkDeclarations(t, table.Intervals(o))
		checkDeclarations(t, table.Exporters(o))
	}
	checkDeclarations(t, table.Ledger())
}

func checkDeclarations[R any](t *testing.T, columns []table.Column[R]) {
	t.Helper()
	snake := regexp.MustCompile(`^([a-z]+(_[a-z]+)*|e[0-9]+_[0-9]+)$`)
	seen := map[string]bool{}
	for _, c := range columns {
		if !snake.MatchString(c.Name) || seen[c.Name] {
			t.Errorf("name %q", c.Name)
		}
		seen[c.Name] = true
		if !strings.HasSuffix(c.Definition, ".") || strings.ContainsAny(c.Definition, "|\n") {
			t.Errorf("%s: definition %q", c.Name, c.Definition)
		}
		accessors := 0
		for _, set := range []bool{c.Int != nil, c.Symbol != nil, c.Text != nil} {
			if set {
				accessors++
			}
		}
		if accessors != 1 || (c.Symbol != nil) != (c.Spell != nil) || (c.Kind == table.Text) == (c.Int != nil) {
			t.Errorf("%s: accessors do not fit", c.Name)
		}
		if c.Absent && c.Null == nil {
			t.Errorf("%s is NULL in all rows, but never NULL", c.Name)
		}
	}
}

// TestRanges reads rows with the ends of all ranges: integers must be in the
// range of their kind, texts UTF-8.
func TestRanges(t *testing.T) {
	o := rowtest.Options()
	checkRanges(t, table.Flows(o), rowtest.Wild(3000, 1))
	checkRanges(t, table.Intervals(o), rowtest.WildIntervals(3000, 1))
	checkRanges(t, table.Ledger(), rowtest.Ledger(3000, 1))
	checkRanges(t, table.Exporters(o), rowtest.Exporters(3000, 1))
}

func checkRanges[R any](t *testing.T, columns []table.Column[R], rows []R) {
	t.Helper()
	most := map[table.Kind]int64{table.Uint8: math.MaxUint8, table.Uint16: math.MaxUint16, table.Uint32: math.MaxUint32}
	for i := range columns {
		c := &columns[i]
		for j := range rows {
			null, number, text := rowtest.Cell(c, &rows[j])
			if limit, ok := most[c.Kind]; ok && (number < 0 || number > limit) {
				t.Fatalf("%s: %d", c.Name, number)
			}
			if f := math.Float64frombits(uint64(number)); c.Kind == table.Float64 && !(number >= 0 && f <= math.MaxFloat64) {
				t.Fatalf("%s: %v", c.Name, f)
			}
			if !utf8.ValidString(text) || c.Kind == table.Text && c.Name != "input" && c.Name[:2] != "e0" && c.Name[:2] != "e2" && !null && text == "" {
				t.Fatalf("%s: text %q", c.Name, text)
			}
		}
	}
}
