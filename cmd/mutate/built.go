package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/reader/netflow/netflowtest"
)

// What the exporters of built files begin with: flows lie between boot and first
// message.
const (
	second   = 1_000_000_000
	start    = flow.Timestamp(1_700_000_000) * second
	booted   = start - 86_400*second
	exported = start + 600*second
)

// Template ids of built files.
const (
	ipv4ID = 256 + iota
	ipv6ID
	optionsID
	innerID
)

// messageFile is a file of export messages that is being built. A message leaves
// each second.
type messageFile struct {
	device   netflowtest.Exporter
	messages [][]byte
}

// exporter begins a file of one exporter with few records in each message, so that
// many messages can be damaged in little time.
func exporter(version uint16) *messageFile {
	return &messageFile{device: netflowtest.Exporter{
		Version: version, Domain: 0x0102, Boot: booted, Sequence: 1<<32 - 20, PerMessage: 2, Router: [4]byte{203, 0, 113, 254}}}
}

func (f *messageFile) now() flow.Timestamp { return exported + flow.Timestamp(len(f.messages))*second }

func (f *messageFile) send(sets ...netflowtest.Set) *messageFile {
	f.messages = append(f.messages, f.device.Message(f.now(), sets...))
	return f
}

// export sends flow records; t is nil for versions up to 8.
func (f *messageFile) export(t *netflowtest.Template, records []flow.Record) *messageFile {
	f.messages = append(f.messages, f.device.Flows(f.now(), t, records)...)
	return f
}

// defined sends a template and flow records by it, the template once more, and
// records again.
func (f *messageFile) defined(t netflowtest.Template, records []flow.Record) *messageFile {
	half := len(records) / 2
	f.send(f.device.Templates(t)).export(&t, records[:half])
	return f.send(f.device.Templates(t), f.device.Data(f.now(), &t, records[half:half+1])).export(&t, records[half+1:])
}

// options sends the definition of an options template and its rows, in messages of
// their own.
func (f *messageFile) options(t netflowtest.Options, rows ...[][]byte) *messageFile {
	return f.send(f.device.OptionsTemplates(t)).send(netflowtest.Rows(&t, rows...))
}

func (f *messageFile) octets() []byte { return netflowtest.Concatenate(f.messages...) }

func traffic(count int, version uint8) []flow.Record {
	return netflowtest.Traffic(count, version, start)
}

func number(v uint64, length int) []byte { return netflowtest.Number(v, length) }

func interfaceRow(index uint64) [][]byte {
	return [][]byte{number(index, 4), netflowtest.Text(fmt.Sprintf("ge-0/0/%d", index), 32), netflowtest.Text("uplink", 64)}
}

// builtFiles gives the files that are built here, by name.
func builtFiles() (map[string][]byte, error) {
	files := make(map[string][]byte)
	for _, version := range []uint16{1, 5, 6, 7} {
		f := exporter(version)
		f.device.Sampling = 1<<14 | 100
		files[fmt.Sprintf("version %d", version)] = f.export(nil, traffic(20, 4)).octets()
	}
	for scheme := uint8(1); scheme <= 14; scheme++ {
		f := exporter(8)
		f.device.Scheme = scheme
		files[fmt.Sprintf("version 8, scheme %d", scheme)] = f.export(nil, netflowtest.Cut(traffic(12, 4))).octets()
	}
	for name, f := range templateFiles() {
		files[name] = f.octets()
	}
	for name, octets := range builtCaptures() {
		files[name] = octets
	}
	if err := addNfcapd(files); err != nil {
		return nil, err
	}
	for _, name := range []string{"version 5", "IPFIX, lists", "exports over UDP", "nfcapd, layout 2, compression 0"} {
		packed, err := gzipped(files[name])
		if err != nil {
			return nil, fmt.Errorf("cannot compress the built file %q: %w", name, err)
		}
		files[name+", gzip"] = packed
	}
	return files, nil
}

func gzipped(octets []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(octets)
	err = errors.Join(err, w.Close())
	return packed.Bytes(), err
}

// builtCaptures are messages over UDP, in fragments, and over TCP.
func builtCaptures() map[string][]byte {
	five := exporter(5).export(nil, traffic(12, 4))
	four, six := netflowtest.IPv4(ipv4ID), netflowtest.IPv6Milliseconds(ipv6ID)
	nine, ten := exporter(9).defined(four, traffic(12, 4)), exporter(10).defined(six, traffic(12, 6))
	large := exporter(5)
	large.device.PerMessage = 0
	large.export(nil, traffic(60, 4))

	udp := append(datagrams(path("192.0.2.1", 0), five), datagrams(path("2001:db8::1", 0), nine)...)
	fragments := append(datagrams(path("192.0.2.1", 576), large), datagrams(path("2001:db8::1", 1280), large)...)
	stream := path("192.0.2.1", 0)
	var segments []netflowtest.Frame
	for i, m := range ten.messages {
		segments = append(segments, stream.Segments(exported+flow.Timestamp(i)*second, m, 100)...)
	}
	return map[string][]byte{
		"exports over UDP":       netflowtest.Pcap(udp...),
		"exports in fragments":   netflowtest.Pcap(fragments...),
		"exports over TCP":       netflowtest.Pcap(segments...),
		"IPFIX over UDP on IPv6": netflowtest.Pcap(datagrams(path("2001:db8::2", 0), ten)...),
	}
}

// path is the way to a collector of the same IP version.
func path(from string, mtu int) *netflowtest.Path {
	exporter, collector := netip.MustParseAddr(from), netip.MustParseAddr("198.51.100.1")
	if exporter.Is6() {
		collector = netip.MustParseAddr("2001:db8::ff")
	}
	return &netflowtest.Path{
		Exporter: netip.AddrPortFrom(exporter, 50000), Collector: netip.AddrPortFrom(collector, 2055), MTU: mtu, LastFragmentFirst: mtu > 1000}
}

func datagrams(p *netflowtest.Path, f *messageFile) []netflowtest.Frame {
	var frames []netflowtest.Frame
	for i, m := range f.messages {
		frames = append(frames, p.Datagram(exported+flow.Timestamp(i)*second, m)...)
	}
	return frames
}
