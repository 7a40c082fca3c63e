package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/recordfilter"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// filterOptions gives the options of filters for a table.
func filterOptions(o *table.Options) recordfilter.Options {
	return recordfilter.Options{Nanoseconds: o.Nanoseconds, WithMAC: o.WithMAC, Biflows: o.Biflows, Key: o.Key, Elements: o.Elements, Reference: (*recordfilter.Reference)(o.Reference)}
}

// referenceOfTests has all columns of reference data, with texts that are numbers.
func referenceOfTests() *table.Reference {
	return &table.Reference{
		Routes: true, Interfaces: true, ASNames: true, Countries: true, Services: true, Classes: true, Labels: []string{"site", "label"},
		Text: func(number uint32) string { return fmt.Sprint("text ", number) },
	}
}

// attribute gives records attributes, half of which are not known.
func attribute(rows []flow.Record, names *flow.Names) {
	random := rand.New(rand.NewPCG(5, 6))
	number := func() uint32 { return random.Uint32N(4) * random.Uint32N(2) }
	in, out := names.Number([]byte("in")), names.Number([]byte("out"))
	for i := range rows {
		rows[i].Attributes = &flow.Attributes{
			Has: flow.Fields(random.Uint64()), SourceAS: random.Uint32(), DestinationAS: number(),
			SourceMask: uint8(random.Uint32()), DestinationMask: uint8(number()),
			SourceASName: number(), DestinationASName: number(), SourceCountry: number(), DestinationCountry: number(),
			SourceLabels: []uint32{number(), number()}, DestinationLabels: []uint32{number(), number()},
			InIfName: in * random.Uint32N(2), OutIfName: out * random.Uint32N(2),
			Service: number(), ServiceSide: flow.Side(random.Uint32N(3)), Class: number(),
		}
	}
}

// TestFlowFilterColumns: filters know the columns of the flow table, by the same names
// and types and in the same order, but for those that they refuse.
func TestFlowFilterColumns(t *testing.T) {
	for i := range 4 {
		withMAC, key := i&1 == 0, flow.KeyFields(0)
		if i > 1 {
			key = ^key
		}
		options := rowtest.Options()
		options.WithMAC, options.Nanoseconds, options.Biflows, options.Key = withMAC, withMAC, withMAC, key
		options.FileOf = func(uint32) string { return "" }
		if withMAC {
			options.Reference = referenceOfTests()
		}
		var got, want []string
		for _, c := range recordfilter.Columns(filterOptions(&options)) {
			got = append(got, c.Name+" "+c.Type)
		}
		refused := make(map[string]bool)
		for _, name := range recordfilter.Unavailable() {
			refused[name] = true
		}
		for _, c := range table.Flows(options) {
			if refused[c.Name] {
				delete(refused, c.Name)
				continue
			}
			kind, _, _ := strings.Cut(c.Kind.String(), "[") // the unit of times is an option
			want = append(want, c.Name+" "+kind)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("filters have\n%s\nthe table has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if len(refused) > 0 {
			t.Errorf("the table has no columns %v", refused)
		}
	}
}

// TestFlowFilterCells: a filter sees what the table shows, cell by cell, of records
// that have anything in their fields.
func TestFlowFilterCells(t *testing.T) {
	for _, nanoseconds := range []bool{false, true} {
		options := rowtest.Options()
		options.Nanoseconds, options.Biflows = nanoseconds, true
		if nanoseconds {
			options.Reference = referenceOfTests()
			options.Key = ^flow.KeyFields(0)
		}
		columns := make(map[string]*table.Column[flow.Record])
		declared := table.Flows(options)
		for i := range declared {
			columns[declared[i].Name] = &declared[i]
		}
		rows := append(rowtest.Wild(300, 11), rowtest.Flows(20, 12)...)
		for i := range rows {
			if rows[i].Export == nil && i%3 == 0 {
				rows[i].Population = uint64(i + 1)
			}
		}
		rowtest.Pair(rows, 13)
		enter(t, options.Points, rows)
		attribute(rows, options.Names)
		known := make(map[string]int)
		for _, c := range recordfilter.Columns(filterOptions(&options)) {
			asked := make(map[bool]int) // rows whose cell is NULL, and is not
			for i := range rows {
				null, number, text := rowtest.Cell(columns[c.Name], &rows[i])
				if !null {
					known[c.Name]++
				}
				if asked[null]++; asked[null] > 30 {
					continue
				}
				for _, question := range questions(columns[c.Name], null, number, text) {
					if got := selects(t, question.text, &options, &rows[i]); got != question.want {
						t.Fatalf("%s: selects %v, want %v; the cell is %v %d %q of %+v, %+v", question.text, got, question.want, null, number, text, rows[i], rows[i].Export)
					}
				}
			}
			if known[c.Name] == 0 {
				t.Errorf("%s is NULL in all rows", c.Name)
			}
		}
	}
}

// enter has some of the metered flows run in tunnels, and others be of interfaces and keys
// that say more.
func enter(t *testing.T, points *flow.Points, rows []flow.Record) {
	t.Helper()
	inside := []flow.Encapsulation{
		{Tunnel: flow.TunnelVXLAN, HasID: true, ID: 1<<24 - 1, OuterVersion: 4,
			OuterSource: flow.MappedIPv4([4]byte{192, 0, 2, 1}), OuterDestination: flow.MappedIPv4([4]byte{192, 0, 2, 2})},
		{Tunnel: flow.TunnelIPv6InIP, OuterVersion: 6, OuterSource: flow.MappedIPv4([4]byte{192, 0, 2, 1}), OuterDestination: [16]byte{0x20, 1}},
		{Tunnel: flow.TunnelPseudowire, HasID: true},
	}
	full := flow.Flexible{
		Has: ^flow.KeyFields(0), SourceMask: 24, DestinationMask: 31, TCPFlags: 18, VLAN: 7, InnerVLAN: 8, EtherType: 0x8847,
		SourceMAC: [6]byte{2, 1}, DestinationMAC: [6]byte{2, 2}, FlowLabel: 0xfffff, MPLS: [3]uint32{16, 17, 18}}
	places := []flow.Point{
		{HasIndex: true, Index: 1<<32 - 1, IndexName: "GE1/0/0", Direction: flow.DirectionIngress, Flexible: full},
		{HasIndex: true, IndexName: "it's", Direction: flow.DirectionEgress},
		{HasIndex: true, Index: 7, Direction: flow.DirectionInternal}, {Direction: flow.DirectionExternal}, {Flexible: full},
	}
	for i := range rows {
		if rows[i].Export != nil || i%4 != 0 {
			continue
		}
		point := flow.Point{Interface: "eth1", Inside: inside[i/4%len(inside)]}
		if i%8 == 0 {
			point = places[i/8%len(places)]
		}
		number, err := points.Number(point)
		if err != nil {
			t.Fatal(err)
		}
		rows[i].Key.Point = number
	}
}

func selects(t *testing.T, text string, o *table.Options, r *flow.Record) bool {
	t.Helper()
	f, err := recordfilter.Parse(text, filterOptions(o))
	if err != nil {
		t.Fatal(err)
	}
	return f.Matcher(o.Points, o.Names)(r)
}

type question struct {
	text string
	want bool
}

// questions asks for a cell in several ways.
func questions(c *table.Column[flow.Record], null bool, number int64, text string) []question {
	n := c.Name
	all := []question{{n + " is null", null}, {n + " is not null", !null}, {"not " + n + " is null", !null}}
	value, others := cellText(c, number, text)
	if null {
		for _, operator := range []string{"=", "!=", "in", "not in"} {
			all = append(all, question{n + " " + operator + " " + others, false}, question{"not " + n + " " + operator + " " + others, true})
		}
		return all
	}
	if c.Kind == table.TimestampMicro && number < math.MinInt64/1000 {
		return append(all, question{n + " < 1677-09-22", true}) // the cell itself is beyond the range of times
	}
	all = append(all,
		question{n + " = " + value, true}, question{n + " != " + value, false}, question{n + " " + value, true},
		question{n + " in " + others + ", " + value, true}, question{n + " not in " + others + ", " + value, false},
		question{"not " + n + " = " + value, false})
	if c.Kind != table.Text {
		all = append(all,
			question{n + " <= " + value, true}, question{n + " >= " + value, true}, question{n + " < " + value, false}, question{n + " > " + value, false},
			question{n + " in " + value + ".." + value, true})
	}
	return all
}

// cellText gives a cell as a value of the language, and another value of its column.
func cellText(c *table.Column[flow.Record], number int64, text string) (value, other string) {
	switch c.Kind {
	case table.Text:
		other = "'other'"
		switch {
		case strings.HasSuffix(c.Name, "_ip") || strings.HasSuffix(c.Name, "next_hop"):
			other = "203.0.113.77"
		case strings.HasSuffix(c.Name, "_mac"):
			other = "02:00:00:00:00:01"
		}
		if known, ok := map[string]string{
			"direction": "255", "sampling_source": "header", "tunnel_type": "gtp-u", "time_source": "received", "end_reason": "forced_end", "conn_state": "RSTOS0", "app_id": "1:1", "service_side": "src",
		}[c.Name]; ok {
			other = known
		}
		return "'" + strings.ReplaceAll(text, "'", "''") + "'", other
	case table.TimestampMicro:
		return quoted(flow.Timestamp(number) * 1000), "1999-12-31"
	case table.TimestampNano:
		return quoted(flow.Timestamp(number)), "1999-12-31"
	case table.Float64:
		return strconv.FormatFloat(math.Float64frombits(uint64(number)), 'f', -1, 64), "0.3"
	}
	return strconv.FormatInt(number, 10), "2"
}

// TestFlowFilterProtocols: names of protocols are those that the filter of packets has.
func TestFlowFilterProtocols(t *testing.T) {
	page, err := os.ReadFile("../../docs/filters.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(page), "## 7. IP protocols")
	if !found {
		t.Fatal("docs/filters.md has no list of protocols")
	}
	_, list, _ = strings.Cut(list, "```")
	list, _, _ = strings.Cut(list, "```")
	numbers := make(map[string]string)
	for _, entry := range regexp.MustCompile(`([^,\n]+) (\d+)`).FindAllStringSubmatch(list, -1) {
		for _, name := range strings.Fields(entry[1]) {
			numbers[strings.ToLower(name)] = entry[2]
		}
	}
	_, err = recordfilter.Parse("protocol = nosuch", recordfilter.Options{})
	names := strings.Split(strings.TrimPrefix(err.(*recordfilter.Error).Hint, "names are "), ", ")
	if len(names) < 20 {
		t.Fatalf("filters have the names %v", names)
	}
	own := map[string]string{"icmp6": "58", "icmpv6": "58"} // pcap-filter's keyword and another habit
	for _, name := range names {
		want, ok := numbers[name]
		if o, mine := own[name]; mine {
			want, ok = o, true
		}
		if !ok {
			continue // in older lists of the same names
		}
		options := rowtest.Options()
		number, err := strconv.Atoi(want)
		if err != nil {
			t.Fatal(err)
		}
		if r := (flow.Record{Key: flow.Key{Protocol: uint8(number)}}); !selects(t, "protocol = "+name, &options, &r) {
			t.Errorf("%s is not %d", name, number)
		}
	}
}

// TestFlowFilterTimes: --time and --flow-filter read the same times.
func TestFlowFilterTimes(t *testing.T) {
	for _, text := range []string{"2026-01-31T05:00:00Z", "2026-01-31", "2026-01-31 05:00", "1769835600.5", "2026-01-31T05:00:00.123456+02:00"} {
		at, err := parseTimeRange(text + "..")
		if err != nil {
			t.Fatal(err)
		}
		options := rowtest.Options()
		r := flow.Record{Start: at.From, End: at.From + flow.Timestamp(time.Hour)}
		if q := fmt.Sprintf("flow_start = '%s'", text); !selects(t, q, &options, &r) {
			t.Errorf("%s does not select %v", q, at.From.Time())
		}
	}
}
