package main

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"netstream/reader/anonymize"
)

// secretOf is a key of random octets in a file of its own.
func secretOf(t *testing.T, seed uint64) (secret [anonymize.SecretOctets]byte, file string) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 6235))
	for i := range secret {
		secret[i] = byte(r.Uint32())
	}
	file = filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, secret[:], 0o600); err != nil {
		t.Fatal(err)
	}
	return secret, file
}

// replacedColumns are those with IP addresses, hardwareColumns those with hardware
// addresses; hashedColumns follow from IP addresses.
var (
	hardwareColumns = []string{"src_mac", "dst_mac"}
	replacedColumns = []string{"exporter_ip", "src_ip", "dst_ip", "next_hop", "bgp_next_hop", "nat_src_ip", "nat_dst_ip", "outer_src_ip", "outer_dst_ip"}
	hashedColumns   = []string{"flow_id", "community_id"}
)

// replaced is a sheet with its addresses replaced, as the rows of an anonymized run are.
//
// cut has the prefix lengths of the addresses in the key, of IPv4 and IPv6, by column.
func replaced(t *testing.T, s sheet, k *anonymize.Key, cut map[string][2]int) sheet {
	t.Helper()
	return s.changed(func(r row) {
		for _, column := range hardwareColumns {
			if r.has(column) && *r.cell(column) != "" {
				octets, err := net.ParseMAC(*r.cell(column))
				if err != nil {
					t.Fatal(err)
				}
				changed := k.Hardware([6]byte(octets))
				*r.cell(column) = net.HardwareAddr(changed[:]).String()
			}
		}
		for _, column := range replacedColumns {
			if !r.has(column) || *r.cell(column) == "" {
				continue
			}
			address, err := netip.ParseAddr(*r.cell(column))
			if err != nil {
				t.Fatal(err)
			}
			*r.cell(column) = k.Addr(address).String()
			if bits := cut[column]; bits[0] != 0 { // of the key
				*r.cell(column) = k.Prefix(netip.PrefixFrom(address, bits[address.BitLen()/128])).Addr().String()
			}
		}
	}).withoutHashes().sorted()
}

// withoutHashes empties what follows from addresses.
func (s sheet) withoutHashes() sheet {
	return s.changed(func(r row) {
		for _, column := range hashedColumns {
			if r.has(column) {
				*r.cell(column) = ""
			}
		}
	})
}

// samples are the captures and exports of testdata that hold anything.
func samples(t *testing.T) (names []string) {
	t.Helper()
	for _, folder := range [...]string{"capture", "export"} {
		files, err := filepath.Glob(filepath.Join("../../testdata", folder, "*.*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if !strings.HasSuffix(name, ".md") && !strings.HasSuffix(name, ".tsv") {
				names = append(names, name)
			}
		}
	}
	return names
}

// M8: a run with --anonymize gives the rows of the run without, with the addresses replaced,
// and sums that are the same. Tunnels and biflows are replaced, too.
func TestAnonymizedRuns(t *testing.T) {
	secret, file := secretOf(t, 1)
	k := anonymize.NewKey(&secret)
	runs, rows, exporters := 0, 0, 0
	kinds := [][]string{nil, {"--meter", "both"}, {"--biflow", "--with-mac"}, {"--key", "src_ip/20:40,dst_ip", "-A", "prefix", "--min-mask", "16:48"}}
	for i, name := range samples(t) {
		chosen := kinds
		if os.Getenv("NETSTREAM_TORTURE") == "" {
			if i%2 != 0 {
				continue
			}
			chosen = kinds[i/2%len(kinds):][:1]
		}
		for _, flags := range chosen {
			var cut map[string][2]int
			if len(flags) > 3 && strings.Contains(name, "/capture/") {
				cut = map[string][2]int{"src_ip": {20, 40}}
			}
			plain, masked := filepath.Join(t.TempDir(), "plain"), filepath.Join(t.TempDir(), "masked")
			args := append([]string{"run", "-q", "-o", "csv", name}, flags...)
			if code := netstream(append(args, "-w", plain)...).code; code != exitOK && code != exitDamaged {
				break // no capture that can be read
			}
			got := netstream(append(args, "-w", masked, "--anonymize", file)...)
			if got.code != exitOK && got.code != exitDamaged {
				t.Fatalf("%s: %+v", name, got)
			}
			runs++
			for _, table := range []string{"flows.csv", "intervals.csv", "exporters.csv"} {
				want, err := os.ReadFile(filepath.Join(plain, table))
				if os.IsNotExist(err) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				original := sheetOf(t, string(want))
				answer := sheetOf(t, readFile(t, masked, table))
				mustEqual(t, name+" "+strings.Join(flags, " ")+" "+table, answer.withoutHashes().sorted(), replaced(t, original, k, cut))
				rows += len(original.rows)
				if table == "exporters.csv" {
					exporters += len(original.rows)
					mustNotName(t, readFile(t, masked, "run.json"), original, k)
				}
			}
		}
	}
	if runs < 100 || rows < 1000 || exporters < 20 {
		t.Errorf("compared %d runs with %d rows, %d of them of exporters; want more", runs, rows, exporters)
	}
	t.Logf("%d anonymized runs with %d rows are those without, with their addresses replaced", runs, rows)
}

// mustNotName looks for the exporters of a run in the manifest of its anonymized twin.
func mustNotName(t *testing.T, manifest string, exporters sheet, k *anonymize.Key) {
	t.Helper()
	for _, cells := range exporters.rows {
		address, err := netip.ParseAddr(*row{exporters.columns, cells}.cell("exporter_ip"))
		if err != nil {
			continue // not known
		}
		if strings.Contains(manifest, `"`+address.String()+`"`) || !strings.Contains(manifest, `"`+k.Addr(address).String()+`"`) {
			t.Errorf("run.json names %v, or not its replacement", address)
		}
	}
}

// What routes, countries, labels and interface names say of addresses holds for what
// they are replaced by.
func TestAnonymizedEnrichment(t *testing.T) {
	secret, file := secretOf(t, 2)
	k := anonymize.NewKey(&secret)
	routes := saved(t, "routes.csv", []byte("prefix,asn\n10.0.0.0/8,64500\n10.1.0.0/16,64501\n192.0.2.0/24,64502\n2001:db8::/32,64503\n2001:db8:1::/48,64504\n198.51.100.0/25,64505\n0.0.0.0/0,64506\n"))
	labels := saved(t, "labels.csv", []byte("prefix,site\n10.0.0.0/9,north\n192.0.2.0/26,lab\n198.51.100.0/24,south\n2001:db8::/33,six\n"))
	known := 0
	for i, name := range samples(t) {
		if !strings.Contains(name, "/capture/") || i%4 != 0 {
			continue // the masks of exporters go before those of routes
		}
		args := []string{"run", "-q", "-o", "csv", name, "--as", routes, "--prefixes", labels}
		plain, masked := filepath.Join(t.TempDir(), "plain"), filepath.Join(t.TempDir(), "masked")
		if code := netstream(append(args, "-w", plain)...).code; code != exitOK && code != exitDamaged {
			continue
		}
		if got := netstream(append(args, "-w", masked, "--anonymize", file)...); got.code != exitOK && got.code != exitDamaged {
			t.Fatalf("%s: %+v", name, got)
		}
		original := sheetOf(t, readFile(t, plain, "flows.csv"))
		mustEqual(t, name, sheetOf(t, readFile(t, masked, "flows.csv")).withoutHashes().sorted(), replaced(t, original, k, nil))
		known += len(original.where(func(r row) bool { return *r.cell("src_site") != "" && *r.cell("src_as") != "" }).rows)
	}
	if known < 100 {
		t.Errorf("%d rows have a site and an autonomous system, want more", known)
	}
}

// V4: no address of the input is in anything that an anonymized run writes or says, as text
// or in octets. V3: neither is the key, and run.json names it.
func TestNothingTellsAddresses(t *testing.T) {
	secret, file := secretOf(t, 3)
	k := anonymize.NewKey(&secret)
	original := map[string]bool{}
	var packets [][]byte
	r := rand.New(rand.NewPCG(3, 4))
	frames := 20_000
	if os.Getenv("NETSTREAM_TORTURE") != "" {
		frames = 500_000
	}
	for range frames {
		frame := append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0)
		for range 2 {
			var a [4]byte
			for i := range a {
				a[i] = byte(r.Uint32())
			}
			original[string(a[:])] = true
			frame = append(frame, a[:]...)
		}
		packets = append(packets, append(frame, 0, 53, 0, 54, 0, 8, 0, 0))
	}
	for a := range original { // what another is replaced by does not tell that it was there
		delete(original, string(k.Addr(netip.AddrFrom4([4]byte([]byte(a)))).AsSlice()))
	}
	name := saved(t, "capture.pcap", rawCapture(packets))
	found, files := 0, 0
	for _, format := range []string{"csv", "parquet"} {
		out := filepath.Join(t.TempDir(), "out")
		got := netstream("run", "-v", "-o", format, name, "-w", out, "--anonymize", file)
		if got.code != exitOK {
			t.Fatalf("%+v", got)
		}
		written := map[string][]byte{"messages": []byte(got.errors + got.out)}
		entries, err := os.ReadDir(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			written[entry.Name()] = []byte(readFile(t, out, entry.Name()))
		}
		for what, octets := range written {
			files++
			for _, needle := range [][]byte{secret[:], secret[:16], secret[16:], []byte(hex.EncodeToString(secret[:16])), []byte(hex.EncodeToString(secret[16:]))} {
				if bytes.Contains(octets, needle) {
					t.Errorf("%s has the key, or a half of it", what)
				}
			}
			found += tellsAddress(t, what, octets, original, format)
		}
		if !bytes.Contains(written["run.json"], []byte(`"anonymize": "crypto-pan `+k.ID()+`"`)) {
			t.Errorf("run.json does not name the key %s", k.ID())
		}
	}
	t.Logf("%d addresses looked for in %d files and messages: %d found", len(original), files, found)
}

// tellsAddress counts the addresses of the input in a file: in texts by their words, in
// others by all windows of four octets, of which some are addresses by chance.
func tellsAddress(t *testing.T, what string, octets []byte, original map[string]bool, format string) (found int) {
	t.Helper()
	for _, word := range bytes.FieldsFunc(octets, func(r rune) bool { return !strings.ContainsRune("0123456789.", r) }) {
		if address, err := netip.ParseAddr(string(word)); err == nil && address.Is4() && original[string(address.AsSlice())] {
			t.Errorf("%s tells %v", what, address)
			found++
		}
	}
	if format == "csv" || !strings.HasSuffix(what, ".parquet") {
		return found
	}
	windows := 0
	for i := range len(octets) - 3 {
		if original[string(octets[i:i+4])] {
			windows++
		}
	}
	// Of 2^32 windows as many are addresses as there are addresses.
	if most := 20 + 4*len(octets)*len(original)>>32; windows > most {
		t.Errorf("%s has %d windows of four octets that are addresses, want at most %d by chance", what, windows, most)
	}
	return found
}

// rawCapture is a pcap file of Ethernet frames, a millisecond apart.
func rawCapture(frames [][]byte) []byte {
	b := []byte("\xd4\xc3\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x01\x00\x00\x00")
	little := func(v int) { b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24)) }
	for i, frame := range frames {
		little(1_700_000_000 + i/1000)
		little(i % 1000 * 1000)
		little(len(frame))
		little(len(frame))
		b = append(b, frame...)
	}
	return b
}

// Keys that are none, or that others can read, are refused, and so is what would tell
// addresses as they were.
func TestAnonymizeRefuses(t *testing.T) {
	name := "../../testdata/capture/icmp-types.pcap"
	_, good := secretOf(t, 4)
	secretFile := func(content string, mode os.FileMode) string {
		path := saved(t, "key", []byte(content))
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	digits := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		what, file string
		flags      []string
		code       int
	}{
		{"32 octets", good, nil, exitOK},
		{"digits", secretFile(digits, 0o600), nil, exitOK},
		{"digits as nfanon has them", secretFile("0x"+digits+"\n", 0o400), nil, exitOK},
		{"read by the group", secretFile(digits, 0o640), nil, exitUsage},
		{"read by all", secretFile(digits, 0o604), nil, exitUsage},
		{"written by others", secretFile(digits, 0o602), nil, exitUsage},
		{"too few octets", secretFile(digits[:31], 0o600), nil, exitUsage},
		{"too many octets", secretFile(digits[:33], 0o600), nil, exitUsage},
		{"empty", secretFile("", 0o600), nil, exitUsage},
		{"no digits", secretFile(digits[:63]+"x", 0o600), nil, exitUsage},
		{"too long", secretFile(strings.Repeat(digits, 20), 0o600), nil, exitUsage},
		{"a folder", t.TempDir(), nil, exitUsage},
		{"no file", filepath.Join(t.TempDir(), "none"), nil, exitUsage},
		{"with an element", good, []string{"--element", "sourceIPv4Address"}, exitUsage},
		{"with a filter of flows", good, []string{"--flow-filter", "src_ip = '10.0.0.1'"}, exitUsage},
	} {
		args := append([]string{"run", "-q", name, "-w", filepath.Join(t.TempDir(), "out"), "--anonymize", tt.file}, tt.flags...)
		if got := netstream(args...); got.code != tt.code || tt.code == exitUsage && !strings.Contains(got.errors, "hint: ") {
			t.Errorf("%s: got %+v, want exit code %d", tt.what, got, tt.code)
		}
	}
}

// verify repeats an anonymized run with its key only.
func TestVerifyAnonymized(t *testing.T) {
	_, file := secretOf(t, 5)
	_, other := secretOf(t, 6)
	out := filepath.Join(t.TempDir(), "out")
	if got := netstream("run", "-q", "../../testdata/capture/connections.pcap", "-w", out, "--anonymize", file); got.code != exitOK {
		t.Fatalf("%+v", got)
	}
	for _, tt := range []struct {
		flags []string
		code  int
	}{
		{nil, exitOK},
		{[]string{"--inputs"}, exitOK},
		{[]string{"--rerun", "--anonymize", file}, exitOK},
		{[]string{"--rerun"}, exitUsage},
		{[]string{"--rerun", "--anonymize", other}, exitUsage},
	} {
		if got := netstream(slices.Concat([]string{"verify", out}, tt.flags)...); got.code != tt.code {
			t.Errorf("verify %v: got %+v, want exit code %d", tt.flags, got, tt.code)
		}
	}
	if again := netstream("run", "-q", "../../testdata/capture/connections.pcap", "-w", out, "--anonymize", other); again.code == exitOK {
		t.Error("a run with another key is taken for the same")
	}
}
