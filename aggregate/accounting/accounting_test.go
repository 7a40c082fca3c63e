package accounting

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

func TestParse(t *testing.T) {
	schemes, err := Parse([]string{"prefix,as", "b=in_if,out_if,exporter,src_ip/24", "a=src_x,tunnel_id"}, []string{"src_x"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range schemes {
		got = append(got, Definition(&schemes[i]))
	}
	want := []string{
		"a=src_x,tunnel_type,tunnel_id", "as=src_as,dst_as,exporter_ip,in_if,out_if", "b=exporter_ip,in_if,out_if,observation_domain,src_ip/24:128,src_mask",
		"prefix=src_prefix,src_mask,dst_prefix,dst_mask,src_as,dst_as,exporter_ip,in_if,out_if",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for text, want := range map[string]string{
		"":                               `there is no scheme ""`,
		"as,,prefix":                     `there is no scheme ""`,
		"x=":                             `scheme x: there is no field ""`,
		"x=tos,tos":                      `scheme x: field "tos" is there twice`,
		"x=src_ip,src_ip/24":             `scheme x: field "src_ip/24": there is another column src_ip already`,
		"x=src_prefix,src_mask":          `scheme x: field "src_mask": there is another column src_mask already`,
		"x=tos/3":                        `scheme x: field "tos/3": only src_ip and dst_ip have a prefix length`,
		"x=dst_ip/24:129":                `scheme x: field "dst_ip/24:129": prefix length "129" must be 0 to 128`,
		"X=tos":                          `scheme name "X" must be of 1 to 64 lower-case letters, digits, _ and -, the first a letter or digit`,
		"-x=tos":                         `scheme name "-x" must be of 1 to 64 lower-case letters, digits, _ and -, the first a letter or digit`,
		strings.Repeat("x", 65) + "=tos": `scheme name "` + strings.Repeat("x", 65) + `" must be of 1 to 64 lower-case letters, digits, _ and -, the first a letter or digit`,
	} {
		if _, err := Parse([]string{text}, nil); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// FuzzParse: whatever is asked for, a scheme has columns of different names within the
// bounds, and its definition tells it from all others.
func FuzzParse(f *testing.F) {
	f.Add("as,prefix")
	f.Add("x=src_ip/24:64,in_if,label")
	f.Fuzz(func(t *testing.T, text string) {
		schemes, err := Parse([]string{text}, []string{"label"})
		if err != nil {
			return
		}
		for i := range schemes {
			s := &schemes[i]
			names := map[string]bool{}
			for _, c := range s.Columns {
				names[c.Name] = true
			}
			if len(names) == 0 || len(names) != len(s.Columns) || len(names) > MaxColumns || strings.ContainsAny(s.Name, "/.") {
				t.Errorf("%q gives %+v", text, s)
			}
		}
	})
}

// TestNamedSchemes: all of them can be had at a time.
func TestNamedSchemes(t *testing.T) {
	var names []string
	for _, n := range NamedSchemes() {
		names = append(names, n.Name)
	}
	if schemes, err := Parse([]string{strings.Join(names, ",")}, nil); err != nil || len(schemes) != 17 {
		t.Errorf("%d schemes, %v", len(schemes), err)
	}
}

// TestKeys: keys come back, compare as their cells do, and fit a row at their longest.
func TestKeys(t *testing.T) {
	scheme := &flow.Scheme{}
	for i := range MaxColumns - maxTexts {
		scheme.Columns = append(scheme.Columns, flow.SchemeColumn{Field: []flow.SchemeField{flow.SchemeSource, flow.SchemeSourceMAC, flow.SchemeProtocol}[i%3]})
	}
	for range maxTexts {
		scheme.Columns = append(scheme.Columns, flow.SchemeColumn{Field: flow.SchemeInterface})
	}
	s := &subject{
		key: &flow.Key{}, record: &flow.Record{}, export: &flow.Export{}, attributes: &Attributes{},
		point: &flow.Point{Interface: strings.Repeat("\x00", 1000), Flexible: flow.Flexible{Has: flow.KeySourceMAC}},
	}
	key := s.appendKey(make([]byte, startLength), scheme, &Config{Minimum: DefaultMinimum()})
	sums := flow.SchemeSums{First: math.MinInt64, Last: math.MaxInt64, Has: math.MaxUint64}
	for _, v := range members(&sums) {
		*v = math.MaxUint64
	}
	order := groupOrder()
	row := order.Append(nil, &item[flow.SchemeSums]{key, sums})
	if len(row) > runs.MaxRow {
		t.Errorf("the longest row has %d octets", len(row))
	}
	full := item[seconds]{key: append(slices.Clone(key), make([]byte, windowTail)...)}
	for range mostMoments {
		full.sums.moments = binary.AppendUvarint(append(full.sums.moments, 0), math.MaxUint64)
	}
	if row := secondOrder().Append(nil, &full); len(row) > runs.MaxRow {
		t.Errorf("the longest row of seconds has %d octets", len(row))
	}
	var back item[flow.SchemeSums]
	if err := order.Decode(row, &back); err != nil || !bytes.Equal(back.key, key) || back.sums != sums {
		t.Errorf("got %+v, %v", back, err)
	}
	for cut := range row {
		if order.Decode(row[:cut], &back) == nil {
			t.Fatalf("a row of %d octets is taken for one of %d", cut, len(row))
		}
	}
	cells := make([]flow.SchemeValue, len(scheme.Columns))
	if err := decodeKey(key[startLength:], scheme, cells); err != nil || cells[MaxColumns-1].Text != strings.Repeat("\x00", MaxText) {
		t.Errorf("got %+v, %v", cells, err)
	}
	for cut := range len(key) - startLength {
		if decodeKey(key[startLength:startLength+cut], scheme, cells) == nil {
			t.Fatalf("a key of %d octets is taken for one of %d", cut, len(key))
		}
	}
}

// TestKeyOrder compares texts and numbers with their keys.
func TestKeyOrder(t *testing.T) {
	scheme := &flow.Scheme{Columns: []flow.SchemeColumn{{Field: flow.SchemeInterface}, {Field: flow.SchemeInIf}}}
	random := rand.New(rand.NewPCG(1, 2))
	make1 := func() (string, uint32, []byte) {
		text := make([]byte, 1+random.IntN(4))
		for i := range text {
			text[i] = []byte{0, 1, 2, 'a', 255}[random.IntN(5)]
		}
		e := &flow.Export{Has: flow.FieldInIf, InIf: random.Uint32() >> random.IntN(32)}
		s := &subject{exported: true, key: &flow.Key{}, record: &flow.Record{}, export: e, attributes: &Attributes{}, point: &flow.Point{Interface: string(text)}}
		return string(text), e.InIf, s.appendKey(nil, scheme, &Config{})
	}
	for range 20000 {
		x, m, a := make1()
		y, n, b := make1()
		want := strings.Compare(x, y)
		if want == 0 {
			want = int(min(1, max(-1, int64(m)-int64(n))))
		}
		if got := bytes.Compare(a, b); got != want {
			t.Fatalf("%q %d and %q %d: got %d, want %d", x, m, y, n, got, want)
		}
	}
}

// TestAddressOrder: keys of addresses compare as their 16 octets and versions do, and give
// them back.
func TestAddressOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	scheme := &flow.Scheme{Columns: []flow.SchemeColumn{{Field: flow.SchemeSource}}}
	make1 := func() (flow.SchemeValue, []byte) {
		v := flow.SchemeValue{Known: true, Version: []uint8{0, 4, 6}[random.IntN(3)]}
		v.High = uint64(random.IntN(2)) * random.Uint64() >> random.IntN(64)
		v.Low = []uint64{0, mapped - 1, mapped, mapped + 1, math.MaxUint32}[random.IntN(5)]<<32 | uint64(random.IntN(3))
		key := appendAddress(nil, &v)
		var back [1]flow.SchemeValue
		if err := decodeKey(key, scheme, back[:]); err != nil || back[0] != v {
			t.Fatalf("got %+v, %v, want %+v", back[0], err, v)
		}
		return v, key
	}
	short := 0
	for range 20000 {
		v, a := make1()
		w, b := make1()
		want := cmp.Or(cmp.Compare(v.High, w.High), cmp.Compare(v.Low, w.Low), cmp.Compare(v.Version, w.Version))
		if got := bytes.Compare(a, b); got != want {
			t.Fatalf("%+v and %+v: got %d, want %d", v, w, got, want)
		}
		if len(a) == 6 {
			short++
		}
	}
	if short == 0 || short == 20000 {
		t.Errorf("%d of 20000 addresses are short", short)
	}
}

func TestMomentOf(t *testing.T) {
	const s = flow.Timestamp(time.Second)
	for _, c := range []struct {
		at          flow.Timestamp
		width       time.Duration
		first, last flow.Timestamp
	}{
		{0, time.Minute, 0, s - 1},
		{-1, time.Minute, -s, -1},
		{3*s/2 + 1, 1500 * time.Millisecond, 3 * s / 2, 2*s - 1},
		{s, 1500 * time.Millisecond, s, 3*s/2 - 1},
		{5, 2, 4, 5},
		{flow.MaxTimestamp, time.Hour, flow.MaxTimestamp / s * s, flow.MaxTimestamp},
		{flow.MinTimestamp, time.Hour, flow.MinTimestamp, (flow.MinTimestamp/s)*s - 1},
	} {
		calendar := flow.Fixed(c.width)
		if first, last := momentOf(c.at, calendar.Interval(c.at)); first != c.first || last != c.last {
			t.Errorf("%d, %v: got %d to %d, want %d to %d", c.at, c.width, first, last, c.first, c.last)
		}
	}
}

// TestKeySet compares with a map, through growing and forgetting.
func TestKeySet(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	s := newKeySet()
	for range 3 {
		want := map[string]int{}
		for range 5000 {
			key := make([]byte, random.IntN(3))
			for i := range key {
				key[i] = byte(random.IntN(60))
			}
			n, fresh := s.number(key)
			known, ok := want[string(key)]
			if fresh == ok || ok && n != known || !bytes.Equal(s.key(n), key) {
				t.Fatalf("%x: got %d, %v, want %d, %v", key, n, fresh, known, !ok)
			}
			want[string(key)] = n
		}
		s.reset()
	}
}

// TestAddingAllocatesNothing: flows of known groups cost no memory.
func TestAddingAllocatesNothing(t *testing.T) {
	schemes, err := Parse([]string{"prefix-port,protocol-port"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := NewBook(Config{Schemes: schemes, Points: flow.NewPoints(), Minimum: DefaultMinimum(), Peak: true}, 1, nil)
	feed, seconds := b.NewFeed(), b.NewSeconds(flow.Fixed(time.Minute))
	row := &flow.IntervalRecord{Key: flow.Key{Version: 4, Shape: flow.Ports}}
	packets := make([]flow.Packet, 4)
	for i := range packets {
		packets[i].Key, packets[i].Time, packets[i].Meta.Octets = row.Key, flow.Timestamp(i)*flow.Timestamp(time.Second), 1
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := feed.AddInterval(row); err != nil {
			t.Fatal(err)
		}
		seconds.Add(packets, []uint16{0, 1, 2, 3})
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestFollowerFindsStrays: what belongs to no group is not passed over, and rows of equal
// keys add up.
func TestFollowerFindsStrays(t *testing.T) {
	sorter := runs.NewSorter(secondOrder(), runs.Limits{Octets: 1 << 20}, nil)
	for _, row := range []struct{ group, moments string }{{"b", "\x00\x05"}, {"b", "\x01\x07\x00\x04"}, {"d", "\x00\x01"}} {
		sorter.Add(&item[seconds]{append([]byte(row.group), make([]byte, windowTail)...), seconds{moments: []byte(row.moments)}})
	}
	if err := sorter.Finish(); err != nil {
		t.Fatal(err)
	}
	f := follow(sorter, windowTail, takeSeconds, resetSeconds, addSeconds)
	defer f.stop()
	var row flow.SchemeRow
	for _, c := range []struct {
		group string
		peak  uint64
		err   error
	}{{"a", 0, nil}, {"b", 9, nil}, {"e", 0, errStray}} {
		row = flow.SchemeRow{}
		if err := f.belonging([]byte(c.group), &row); err != c.err || row.Peak != c.peak || row.HasPeak != (c.peak > 0) {
			t.Errorf("%s: got %d, %v, want %d, %v", c.group, row.Peak, err, c.peak, c.err)
		}
	}
	if f.ended() != errStray {
		t.Error("a second is left over")
	}
}
