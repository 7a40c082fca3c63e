package table_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
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

// TestContract has the names and types that version 1 of the schema promises.
func TestContract(t *testing.T) {
	const flows = "flow_start flow_end duration_us interface? ip_version src_ip dst_ip src_port? dst_port? protocol tos " +
		"packets bytes wire_bytes payload_bytes tcp_flags? tcp_fin? tcp_syn? tcp_rst? tcp_psh? tcp_ack? tcp_urg? tcp_ece? tcp_cwr? tcp_ae? " +
		"min_ttl max_ttl min_ip_len max_ip_len vlan_id? inner_vlan_id? mpls_label? src_mac? dst_mac? " +
		"fragments late_packets end_reason end_reason_code flow_id community_id? first_packet"
	const intervals = "interval_start interval_end interface? ip_version src_ip dst_ip src_port? dst_port? protocol tos " +
		"flows_active flows_started flows_ended packets bytes wire_bytes payload_bytes tcp_flags? first_seen last_seen distribution"
	const ledger = "input kind outcome detail? packets? wire_bytes? captured_bytes? bytes? octets? first_offset? first_packet?"
	sections := table.Schema(table.Options{WithMAC: true})
	for i, want := range []string{flows, intervals, ledger} {
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
	if table.SchemaVersion != "1" {
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
	checkDeclarations(t, table.Flows(table.Options{WithMAC: true}))
	checkDeclarations(t, table.Intervals(table.Options{}))
	checkDeclarations(t, table.Ledger())
}

func checkDeclarations[R any](t *testing.T, columns []table.Column[R]) {
	t.Helper()
	snake := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
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
	}
}

// TestRanges reads rows with the ends of all ranges: integers must be in the
// range of their kind, texts UTF-8.
func TestRanges(t *testing.T) {
	o := table.Options{Points: rowtest.Points(), IntervalWidth: rowtest.Width, WithMAC: true}
	checkRanges(t, table.Flows(o), rowtest.Wild(3000, 1))
	checkRanges(t, table.Intervals(o), rowtest.WildIntervals(3000, 1))
	checkRanges(t, table.Ledger(), rowtest.Ledger(3000, 1))
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
			if !utf8.ValidString(text) || c.Kind == table.Text && c.Name != "input" && !null && text == "" {
				t.Fatalf("%s: text %q", c.Name, text)
			}
		}
	}
}

// TestFlowCells reads one row that is all unknown and one that is all known.
func TestFlowCells(t *testing.T) {
	points := flow.NewPoints()
	point, err := points.Number(flow.Point{Interface: "wlan0"})
	if err != nil {
		t.Fatal(err)
	}
	o := table.Options{Points: points, WithMAC: true, FirstPacketOf: func(input uint32, number uint64) uint64 { return 1000*uint64(input) + number }}
	unknown := flow.Record{Key: key(t, "192.0.2.1", "198.51.100.2", 89, false, 0, 0), Start: -1, End: 1, EndReason: flow.EndForced, FirstNumber: 3}
	known := flow.Record{
		Key: key(t, "2001:db8::1", "::ffff:192.0.2.7", 6, true, 65535, 443), Start: 1_700_000_000_123_456_789, End: 1_700_000_001_000_000_000,
		Counters:    flow.Counters{Packets: 1, Octets: 2, WireOctets: 3, PayloadOctets: math.MaxUint64},
		FirstNumber: 4, FirstInput: 2, Fragments: 5, LatePackets: 6, TCPFlags: 511, TCPFlagCounts: [9]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9},
		Marks: flow.MarkTCP | flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC, MinOctets: 40, MaxOctets: 1500, MinTTL: 1, MaxTTL: 255,
		VLAN: 0, InnerVLAN: 4095, MPLSTop: 1<<20 - 1, SourceMAC: [6]byte{0, 0x1b, 0x44, 0x11, 0x3a, 0xb7}, DestinationMAC: [6]byte{255, 255, 255, 255, 255, 255}, EndReason: flow.EndOfFlow,
	}
	known.Key.Point = point
	want := map[string][2]string{ // unknown, known
		"flow_start": {"-1", "1700000000123456"}, "flow_end": {"0", "1700000001000000"}, "duration_us": {"1", "876544"},
		"interface": {"NULL", "wlan0"}, "ip_version": {"4", "6"}, "src_ip": {"192.0.2.1", "2001:db8::1"}, "dst_ip": {"198.51.100.2", "::ffff:192.0.2.7"},
		"src_port": {"NULL", "65535"}, "dst_port": {"NULL", "443"}, "protocol": {"89", "6"}, "tos": {"0", "0"},
		"packets": {"0", "1"}, "bytes": {"0", "2"}, "wire_bytes": {"0", "3"}, "payload_bytes": {"0", "9223372036854775807"},
		"tcp_flags": {"NULL", "511"}, "tcp_fin": {"NULL", "1"}, "tcp_syn": {"NULL", "2"}, "tcp_rst": {"NULL", "3"}, "tcp_psh": {"NULL", "4"},
		"tcp_ack": {"NULL", "5"}, "tcp_urg": {"NULL", "6"}, "tcp_ece": {"NULL", "7"}, "tcp_cwr": {"NULL", "8"}, "tcp_ae": {"NULL", "9"},
		"min_ttl": {"0", "1"}, "max_ttl": {"0", "255"}, "min_ip_len": {"0", "40"}, "max_ip_len": {"0", "1500"},
		"vlan_id": {"NULL", "0"}, "inner_vlan_id": {"NULL", "4095"}, "mpls_label": {"NULL", "1048575"},
		"src_mac": {"NULL", "00:1b:44:11:3a:b7"}, "dst_mac": {"NULL", "ff:ff:ff:ff:ff:ff"}, "fragments": {"0", "5"}, "late_packets": {"0", "6"},
		"end_reason": {"forced_end", "end_of_flow"}, "end_reason_code": {"4", "3"}, "first_packet": {"3", "2004"},
		"flow_id": {
			fmt.Sprint(table.FlowID(&unknown.Key, "", unknown.Start, 0)),
			fmt.Sprint(table.FlowID(&known.Key, "wlan0", known.Start, 0)),
		},
		"community_id": {string(table.AppendCommunityID(nil, &unknown.Key)), string(table.AppendCommunityID(nil, &known.Key))},
	}
	columns := table.Flows(o)
	for i := range columns {
		c := &columns[i]
		for j, row := range []*flow.Record{&unknown, &known} {
			if got := cellText(c, row); got != want[c.Name][j] {
				t.Errorf("%s of row %d: got %s, want %s", c.Name, j, got, want[c.Name][j])
			}
		}
	}
	if len(columns) != len(want) {
		t.Errorf("%d columns, want %d", len(columns), len(want))
	}
}

func cellText[R any](c *table.Column[R], row *R) string {
	switch null, number, text := rowtest.Cell(c, row); {
	case null:
		return "NULL"
	case c.Kind == table.Text:
		return text
	default:
		return fmt.Sprint(number)
	}
}

func TestIntervalEnd(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    flow.Timestamp
		width time.Duration
	}{
		{"epoch", 0, time.Minute},
		{"before the epoch", -1, time.Minute},
		{"usual", 1_700_000_000_000_000_001, 5 * time.Minute},
		{"first of the range", flow.MinTimestamp, 5 * time.Minute},
		{"last of the range", flow.MaxTimestamp, 5 * time.Minute},
		{"longer than the range", flow.MinTimestamp, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			columns := table.Intervals(table.Options{Points: flow.NewPoints(), Nanoseconds: true, IntervalWidth: c.width})
			row := flow.IntervalRecord{Start: c.at.Interval(c.width)}
			end := flow.Timestamp(columns[1].Int(&row))
			if columns[1].Name != "interval_end" {
				t.Fatal(columns[1].Name)
			}
			// The last instant before the end is in the interval, the end itself is not.
			if (end-1).Interval(c.width) != row.Start || end != flow.MaxTimestamp && end.Interval(c.width) == row.Start {
				t.Errorf("interval from %d ends at %d", row.Start, end)
			}
			if end < c.at || end == c.at && end != flow.MaxTimestamp {
				t.Errorf("interval of %d ends at %d", c.at, end)
			}
		})
	}
}
