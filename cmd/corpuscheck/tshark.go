package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// tsharkFields are asked of every packet, in the order of [packet]'s lists.
var tsharkFields = [...]string{
	"frame.number", "frame.len", "frame.cap_len", "frame.encap_type", "frame.protocols",
	"ip.src", "ip.dst", "ip.proto", "ip.len", "ip.hdr_len", "ip.frag_offset",
	"ipv6.src", "ipv6.dst", "ipv6.nxt", "ipv6.plen", "ipv6.opt.jumbo", "ipv6.fraghdr.offset",
	"ipv6.hopopts.nxt", "ipv6.routing.nxt", "ipv6.fraghdr.nxt", "ipv6.dstopts.nxt", "ah.next_header", "shim6.nxt",
	"tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
	"sctp.srcport", "sctp.dstport", "dccp.srcport", "dccp.dstport",
	"icmp.type", "icmp.code", "icmpv6.type", "icmpv6.code",
	"ip.dsfield", "ipv6.tclass", "tcp.flags", "tcp.hdr_len", "frame.time_epoch", "ip.cur_rt",
	"ipv6.hopopts.len_oct", "ipv6.routing.len_oct", "ipv6.dstopts.len_oct",
	"ip.version", "ipv6.version", "ip.flags.mf", "ipv6.fraghdr.more",
	"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
	"icmp.checksum.status", "icmpv6.checksum.status", "sctp.checksum.status",
	"tcp.stream", "tcp.len", "tcp.seq", "tcp.analysis.retransmission", "tcp.analysis.out_of_order", "tcp.analysis.spurious_retransmission",
	"tcp.analysis.fast_retransmission", "tcp.analysis.keep_alive", "tcp.analysis.duplicate_ack", "tcp.analysis.zero_window",
	"tcp.analysis.initial_rtt", "tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment",
}

// tsharkPreferences switch off what would move or repeat headers: a reassembled
// packet appears in the frame of its last fragment. They switch on checksums,
// which some of the other oracles look at.
var tsharkPreferences = [...]string{
	"ip.defragment:FALSE", "ipv6.defragment:FALSE",
	"tcp.desegment_tcp_streams:FALSE", "tcp.analyze_sequence_numbers:TRUE",
	"sctp.reassembly:FALSE", "wlan.defragment:FALSE",
	"ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE",
}

func tsharkArguments(path string) []string {
	arguments := []string{"-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", "-E", "separator=/t"}
	for _, preference := range tsharkPreferences {
		arguments = append(arguments, "-o", preference)
	}
	for _, field := range tsharkFields {
		arguments = append(arguments, "-e", field)
	}
	return arguments
}

// tshark asks the tshark program about captures and keeps its answers. An answer is
// kept under the digest of the capture and that of the question, of which the version
// of the program is a part: it is what this version says of these octets.
type tshark struct {
	cache       string // folder for answers, empty for none
	version     string // first line of tshark --version
	asked, kept *atomic.Int64
}

// newTshark finds out which version there is. Another one asks anew.
func newTshark(cache string) (tshark, error) {
	if cache != "" {
		if err := os.MkdirAll(cache, 0o700); err != nil {
			return tshark{}, fmt.Errorf("cannot make the cache: %w", err)
		}
	}
	text, err := exec.Command("tshark", "--version").Output()
	if err != nil {
		return tshark{}, fmt.Errorf("cannot run tshark: %w", err)
	}
	version, _, _ := strings.Cut(string(text), "\n")
	return tshark{cache, version, new(atomic.Int64), new(atomic.Int64)}, nil
}

// answer gives the packets of a capture as tshark sees them, and what it
// complained about: it reads a damaged file up to the damage.
func (t tshark) answer(path, digest string) ([]packet, string, error) {
	text, err := t.text(path, digest)
	if err != nil {
		return nil, "", err
	}
	complaint, body, _ := strings.Cut(string(text), "\n")
	complaint = strings.ReplaceAll(complaint, path, "")
	packets, err := parseTshark(body)
	if err != nil {
		return nil, "", fmt.Errorf("cannot read tshark's answer on %s: %w", path, err)
	}
	return packets, complaint, nil
}

// text gives a line with the complaint and then tshark's lines, from the cache
// if the file was asked about before with the same arguments.
func (t tshark) text(path, digest string) ([]byte, error) {
	arguments := sha256.Sum256([]byte(t.version + " " + strings.Join(tsharkArguments(digest), " ")))
	kept := filepath.Join(t.cache, digest+"-"+hex.EncodeToString(arguments[:8])+".tsv")
	if t.cache != "" {
		if text, err := os.ReadFile(kept); err == nil {
			t.kept.Add(1)
			return text, nil
		}
	}
	t.asked.Add(1)
	text, err := runTshark(path)
	if err != nil || t.cache == "" {
		return text, err
	}
	if err := os.WriteFile(kept+".new", text, 0o600); err != nil {
		return nil, fmt.Errorf("cannot keep tshark's answer: %w", err)
	}
	if err := os.Rename(kept+".new", kept); err != nil {
		return nil, fmt.Errorf("cannot keep tshark's answer: %w", err)
	}
	return text, nil
}

func runTshark(path string) ([]byte, error) {
	configuration, err := os.MkdirTemp("", "corpuscheck-") // empty: no preferences of the user
	if err != nil {
		return nil, fmt.Errorf("cannot run tshark: %w", err)
	}
	defer os.RemoveAll(configuration)
	var output, complaints bytes.Buffer
	command := exec.Command("tshark", tsharkArguments(path)...)
	command.Stdout, command.Stderr = &output, &complaints
	command.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+configuration)
	err = command.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		return nil, fmt.Errorf("cannot run tshark: %w: %s", err, oneLine(complaints.String()))
	}
	complaint := ""
	if err != nil {
		complaint = err.Error() + ": " + oneLine(complaints.String())
	}
	return append([]byte(complaint+"\n"), output.Bytes()...), nil
}

// oneLine joins the lines of a complaint, without the one on users and groups.
func oneLine(text string) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if line != "" && !strings.HasPrefix(line, "Running as user") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}
