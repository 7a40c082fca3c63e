package interfacemap

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestParseRule(t *testing.T) {
	for _, c := range []struct {
		text string
		want Rule
		err  string
	}{
		{"a.pcap=3", Rule{File: "a.pcap", Index: 3}, ""},
		{"dir/*.pcap=4294967295:GE1/0/0", Rule{File: "dir/*.pcap", Index: 1<<32 - 1, Name: "GE1/0/0"}, ""},
		{"x=1.pcap=0:a=7:b", Rule{File: "x=1.pcap", Index: 0, Name: "a=7:b"}, ""},
		{"a.pcap", Rule{}, "want FILE=IFINDEX or FILE=IFINDEX:NAME, with an IFINDEX of 0 to 4294967295"},
		{"a.pcap=4294967296", Rule{}, "want FILE=IFINDEX or FILE=IFINDEX:NAME, with an IFINDEX of 0 to 4294967295"},
		{"a.pcap=-1", Rule{}, "want FILE=IFINDEX or FILE=IFINDEX:NAME, with an IFINDEX of 0 to 4294967295"},
		{"=3", Rule{}, "no file in front of the equal sign"},
		{"a=3:", Rule{}, "no name behind the colon"},
		{"[a=3", Rule{}, `"[a" is no pattern of file names`},
		{"a=3:\xff", Rule{}, `the name "\xff" must be UTF-8 of at most 256 octets`},
	} {
		got, err := ParseRule(c.text)
		if got != c.want || fmt.Sprint(err) != cmpOr(c.err, "<nil>") {
			t.Errorf("%q: got %+v, %v", c.text, got, err)
		}
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func TestFind(t *testing.T) {
	m := Map{
		{File: "in/a.pcap", Index: 1}, {File: "*.pcapng", Interface: "eth0", Index: 2}, {File: "in/*", Interface: "eth1", Index: 3},
		{Interface: "eth2", Index: 4}, {File: "[x].pcap", Index: 5},
	}
	for _, c := range []struct {
		file, name string
		want       uint32 // 0: none
	}{
		{"in/a.pcap", "eth1", 1}, {"out/a.pcap", "", 0}, {"out/in/b.pcapng", "eth0", 2}, {"b.pcapng", "", 0}, {"in/b", "eth1", 3},
		{"in/in/b", "eth1", 0}, {"-", "eth2", 4}, {"x.pcap", "", 5}, {"[x].pcap", "", 5}, {"dir/[x].pcap", "", 0},
	} {
		if got, ok := m.Find(c.file, c.name); got.Index != c.want || ok != (c.want > 0) {
			t.Errorf("%s, %q: got %+v, %v, want index %d", c.file, c.name, got, ok, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"if_index\n7\n", `[{  7 }]`},
		{"\ufeffif_name,if_index,interface,file\r\n# a comment\r\n\"a,b\",7,eth0,*.pcap\r\n\r\n,8,,\r\n", `[{*.pcap eth0 7 a,b} {  8 }]`},
		{"file,if_index\n", `[]`},
		{"", "error: there is no line that names the columns"},
		{"file\na\n", "error: line 1: there is no column if_index"},
		{"# c\nfile,index\n", `error: line 2: column "index" is none of file, interface, if_index, if_name`},
		{"if_index,if_index\n", "error: line 1: column if_index occurs twice"},
		{"file,if_index\na,1\n\n# c\nb\n", "error: line 5: got 1 fields, want 2"},
		{"file,if_index\na,1\nb,x\n", `error: line 3: if_index is "x", must be 0 to 4294967295`},
		{"file,if_index\n[,1\n", `error: line 2: "[" is no pattern of file names`},
		{"file,if_index\na,\"1\n", `error: line 2: column 6: extraneous or missing " in quoted-field`},
		{"if_index\n" + strings.Repeat("1\n", MaxRules+1), fmt.Sprintf("error: line %d: there are more than 65536 rules", MaxRules+2)},
		{"if_index\n#" + strings.Repeat("x", MaxSize), fmt.Sprintf("error: there are more than %d octets", MaxSize)},
	} {
		m, err := Read(strings.NewReader(c.text))
		got := fmt.Sprint([]Rule(m))
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want {
			t.Errorf("%.60q: got %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("if_index\n7\n")
	f.Add("file,interface,if_index,if_name\n*.pcap,eth0,7,\"a\"\"b\"\n,,8,\n")
	f.Add("file,if_index\n#x,1\n[,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Read(strings.NewReader(text))
		if err != nil || len(m) == 0 {
			return
		}
		for _, r := range m {
			if strings.ContainsAny(r.File+r.Interface+r.Name, "\r") || strings.HasPrefix(r.File, "#") {
				return // not the same in CSV
			}
		}
		again, err := Read(strings.NewReader(m.String()))
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("%q: read back as %v, %v, want %v", text, again, err, m)
		}
	})
}
