package duckdb

import (
	"encoding/binary"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

// conversation is the first packet of a conversation and its Community ID, from
// the baseline of github.com/corelight/community-id-spec (seed 0).
type conversation struct {
	protocol            byte
	source, destination netip.AddrPort // of ICMP the port of destination is type*256+code
	communityID         string
}

var conversations = []conversation{
	{6, netip.MustParseAddrPort("128.232.110.120:34855"), netip.MustParseAddrPort("66.35.250.204:80"), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{6, netip.MustParseAddrPort("66.35.250.204:80"), netip.MustParseAddrPort("128.232.110.120:34855"), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
	{17, netip.MustParseAddrPort("192.168.1.52:54585"), netip.MustParseAddrPort("8.8.8.8:53"), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
	{132, netip.MustParseAddrPort("192.168.170.8:7"), netip.MustParseAddrPort("192.168.170.56:7"), "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
	{1, netip.MustParseAddrPort("192.168.0.89:0"), netip.MustParseAddrPort("192.168.0.1:2048"), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
}

// packet gives an IPv4 packet with a transport header of 20 octets.
func (c *conversation) packet() []byte {
	p := []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, c.protocol, 0, 0}
	p = append(p, c.source.Addr().AsSlice()...)
	p = append(p, c.destination.Addr().AsSlice()...)
	if c.protocol == 1 {
		p = binary.BigEndian.AppendUint16(p, c.destination.Port())
		return append(p, make([]byte, 18)...)
	}
	p = binary.BigEndian.AppendUint16(p, c.source.Port())
	p = binary.BigEndian.AppendUint16(p, c.destination.Port())
	rest := make([]byte, 16)
	switch c.protocol {
	case 6:
		rest[8], rest[9] = 5<<4, 2 // data offset; SYN
	case 17:
		rest[1] = 20 // length
	}
	return append(p, rest...)
}

func TestCommunityIDsAreThoseOfTheSpecification(t *testing.T) {
	const linkTypeRaw = 101
	capture := []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, linkTypeRaw, 0, 0, 0}
	for i := range conversations {
		p := conversations[i].packet()
		for _, v := range []int{i, 0, len(p), len(p)} {
			capture = binary.LittleEndian.AppendUint32(capture, uint32(v))
		}
		capture = append(capture, p...)
	}
	path := filepath.Join(t.TempDir(), "community.pcap")
	if err := os.WriteFile(path, capture, 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t)
	d.tables(run(t, "parquet", settings[0], path))
	got := d.rows("SELECT community_id, protocol, src_ip, src_port, dst_port FROM flows ORDER BY file_row_number")
	if len(got) != len(conversations) {
		t.Fatalf("%d flows, want %d: %v", len(got), len(conversations), got)
	}
	for i, c := range conversations {
		if got[i][0] != c.communityID {
			t.Errorf("flow %v, want Community ID %s", got[i], c.communityID)
		}
	}
}
