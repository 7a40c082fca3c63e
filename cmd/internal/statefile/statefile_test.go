package statefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// numbers gives the tables of a run, with a few points, names and inputs.
func numbers() carry.Numbers {
	return carry.Numbers{Points: flow.NewPoints(), Names: flow.NewNames(), Input: func(ordinal uint32) carry.Input {
		return carry.Input{Name: fmt.Sprint("input ", ordinal), Packets: uint64(ordinal) * 1000, Records: 1}
	}}
}

// written gives a state with two sections, and its header.
func written(t *testing.T) ([]byte, *Header) {
	t.Helper()
	n := numbers()
	b := NewBuilder(n, func() (runs.File, error) { return os.CreateTemp(t.TempDir(), "") })
	defer b.Close()
	flows, err := b.Section("flows")
	if err != nil {
		t.Fatal(err)
	}
	slices, err := b.Section("slices")
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint32(5) {
		point, err := n.Points.Number(flow.Point{Interface: fmt.Sprint("eth", i/2), HasIndex: true, Index: i / 2, Inside: flow.Encapsulation{Tunnel: flow.TunnelGRE, ID: i / 2},
			Flexible: flow.Flexible{Has: flow.KeyVLAN, VLAN: 7}})
		if err != nil {
			t.Fatal(err)
		}
		flows.Input(i / 3)
		local := flows.Point(point)
		name := flows.Name(n.Names.Number([]byte(fmt.Sprint("name", i/2))))
		key := flow.Key{SourcePort: uint16(i), Version: 4}
		flows.Row(func(c *carry.Coder) {
			c.WriteKey(key, local)
			carry.Number(c, &name)
		})
	}
	if err := errors.Join(flows.Flush(), slices.Flush()); err != nil {
		t.Fatal(err)
	}
	first, last := flow.Timestamp(-5), flow.Timestamp(1<<62)
	h := &Header{Tool: "test", Parameters: map[string]string{"a": "b"}, Inputs: 2, Packets: 3, Clocks: &Span{first, last},
		Runs: []Run{{ID: "x", Inputs: []Input{{Name: "a", Size: 1, ContentSize: 2, ContentSHA256: "ff"}}}}}
	var out bytes.Buffer
	if err := b.Write(&out, h); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), h
}

func saved(t *testing.T, content []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestRoundTrip reads back what was written, with numbers of another run.
func TestRoundTrip(t *testing.T) {
	content, h := written(t)
	s, err := Open(saved(t, content))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !reflect.DeepEqual(&s.Header, h) {
		t.Errorf("got %+v, want %+v", s.Header, h)
	}
	n, inputs := numbers(), make(map[uint32]carry.Input)
	if _, err := n.Points.Number(flow.Point{Interface: "another"}); err != nil {
		t.Fatal(err)
	}
	r, err := s.Section("flows", n, inputs)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint16(5) {
		c, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		var key flow.Key
		local := c.ReadKey(&key)
		var name uint32
		carry.Number(c, &name)
		point, err := r.Point(local)
		if err := errors.Join(err, c.Finish()); err != nil {
			t.Fatal(err)
		}
		number, err := r.Name(name)
		if p := n.Points.Point(point); err != nil || p.Index != uint32(i/2) || p.Flexible.VLAN != 7 || p.Inside.ID != uint32(i/2) || key.SourcePort != i ||
			n.Names.Name(number) != fmt.Sprint("name", i/2) {
			t.Errorf("row %d: key %+v at %+v, name %d: %v", i, key, p, number, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("got %v behind the last row", err)
	}
	if want := (carry.Input{Name: "input 1", Packets: 1000, Records: 1}); len(inputs) != 2 || inputs[1] != want {
		t.Errorf("inputs are %+v", inputs)
	}
	if _, err := s.Section("other", n, nil); err == nil {
		t.Error("a section that is not there is found")
	}
	if run, counted := s.Header.Counted("ff"); run != "x" || !counted {
		t.Error("an input is not known")
	}
}

// TestDamage changes one bit of each octet and cuts at each place: none is believed.
func TestDamage(t *testing.T) {
	content, _ := written(t)
	name := saved(t, content)
	tried := func(what string, octets []byte) {
		if err := os.WriteFile(name, octets, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(name); err == nil {
			s.Close()
			t.Errorf("%s is not noticed", what)
		}
	}
	for i := range content {
		content[i] ^= 1 << (i % 8)
		tried(fmt.Sprint("a bit of octet ", i), content)
		content[i] ^= 1 << (i % 8)
		tried(fmt.Sprint("a cut at ", i), content[:i])
	}
	tried("an octet more", append(content, 0))
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for no file", err)
	}
}
