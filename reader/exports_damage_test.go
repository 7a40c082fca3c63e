package reader_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/input"
	"netstream/reader/netflow/netflowtest"
)

// readExports reads an input of exports to its end.
func readExports(t *testing.T, source input.Source, stdin io.Reader, captures reader.CaptureContent) (*reader.Account, []string) {
	t.Helper()
	options := newOptions(t)
	options.Exports = reader.ExportOptions{
		Captures: captures, Names: flow.NewNames(), Ceiling: new(reader.Ceiling),
		Spool: func() (*os.File, error) { return os.CreateTemp(t.TempDir(), "spool") },
	}
	in, err := reader.OpenEither(source, stdin, options)
	check(t, err)
	if in.Exports == nil {
		t.Fatal("not taken for exports")
	}
	check(t, in.Exports.Begin())
	var rows []string
	for b := flow.NewBatch(); ; b.Reset() {
		err := in.Exports.ReadRecords(b)
		if err == io.EOF {
			break
		}
		check(t, err)
		for i := range b.Records {
			record, export := b.Records[i], *b.Records[i].Export
			record.Export = nil
			rows = append(rows, fmt.Sprint(record, export))
		}
	}
	check(t, in.Exports.Close())
	return in.Exports.Account(), rows
}

// exportMessages gives IPFIX messages with a record each behind one with their
// template.
func exportMessages(records int) [][]byte {
	const second = 1_000_000_000
	start := flow.Timestamp(1_700_000_000) * second
	template := netflowtest.IPv4Milliseconds(256)
	device := netflowtest.Exporter{Version: 10, Domain: 1, Boot: start - 3600*second, PerMessage: 1}
	messages := [][]byte{device.Message(start+600*second, device.Templates(template))}
	return append(messages, device.Flows(start+600*second, &template, netflowtest.Traffic(records, 4, start))...)
}

func pathOfExports(mtu int) *netflowtest.Path {
	return &netflowtest.Path{
		Exporter: netip.MustParseAddrPort("192.0.2.1:50000"), Collector: netip.MustParseAddrPort("198.51.100.1:4739"), MTU: mtu}
}

// outcomes gives the frames of all outcomes together.
func outcomes(a *reader.Account) (packets uint64) {
	for _, o := range a.Exports.Frames.Outcomes {
		packets += o.Packets
	}
	return packets
}

// TestCutCaptureOfExports cuts captures in their last record: that is where reading
// ends, but not before what waits for fragments and segments is accounted.
func TestCutCaptureOfExports(t *testing.T) {
	messages := exportMessages(12)
	large := netflowtest.Concatenate(messages[1:]...)
	tcp := pathOfExports(0)
	stream := tcp.Segments(0, large, 100)
	for _, test := range []struct {
		name   string
		frames []netflowtest.Frame
	}{
		{"fragments", append(pathOfExports(0).Datagram(0, messages[0]), pathOfExports(200).Datagram(0, large)...)},
		{"TCP connection without a whole header", append(pathOfExports(0).Datagram(0, messages[0]), stream[1], stream[2])},
		{"TCP connection with a hole", append(slices.Clone(stream[:3]), stream[4:]...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := netflowtest.Pcap(test.frames...)
			for cut := 1; cut < 20; cut++ {
				account, _ := readExports(t, writeFile(t, file[:len(file)-cut]), nil, reader.CapturesAsExports)
				if account.DamageCount == 0 {
					t.Errorf("cut by %d octets: no damage", cut)
				}
				if got, want := outcomes(account)+account.Capture.LostPackets, account.Packets(); got != want {
					t.Errorf("cut by %d octets: %d of %d packets have an outcome", cut, got, want)
				}
			}
		})
	}
}

// TestMessagesBehindHoleOfCutCapture: what lies behind a hole of a connection is read
// at the end of the capture, cut or not.
func TestMessagesBehindHoleOfCutCapture(t *testing.T) {
	messages := exportMessages(12)
	path := pathOfExports(0)
	var frames []netflowtest.Frame
	for i, m := range messages {
		sent := path.Segments(flow.Timestamp(i), m, 1000)
		if i != 6 { // is not in the capture
			frames = append(frames, sent...)
		}
	}
	file := netflowtest.Pcap(append(frames, path.Segments(0, messages[1], 1000)...)...)
	_, rows := readExports(t, writeFile(t, file[:len(file)-1]), nil, reader.CapturesByContent)
	if len(rows) != 11 {
		t.Errorf("got %d rows, want those of 11 messages of 12", len(rows))
	}
}

// TestCaptureCutInItsHeader: it holds nothing, whatever captures are read as.
func TestCaptureCutInItsHeader(t *testing.T) {
	whole := netflowtest.Pcap()
	for _, captures := range []reader.CaptureContent{reader.CapturesByContent, reader.CapturesAsPackets, reader.CapturesAsExports} {
		for length := 1; length < len(whole); length++ {
			options := newOptions(t)
			options.Exports.Captures = captures
			in, err := reader.OpenEither(writeFile(t, whole[:length]), nil, options)
			check(t, err)
			if in.Packets == nil {
				t.Fatalf("%d octets, captures read as %d: not taken for a capture of traffic", length, captures)
			}
			if _, err := drain(in.Packets); err != nil || in.Packets.Account().Complete() {
				t.Errorf("%d octets, captures read as %d: no damage, or %v", length, captures, err)
			}
			check(t, in.Packets.Close())
		}
	}
}

func packed(t *testing.T, octets []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(octets)
	check(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

// TestCutCompressedExports: of a compressed file that is cut every octet that was
// decompressed has its place, and a stream gives what the file gives.
func TestCutCompressedExports(t *testing.T) {
	for _, name := range []string{"nfcapd-layout1.nfcapd", "nfcapd-layout2.nfcapd", "v5.raw", "ipfix.ipfix", "exports.pcap", "ipfix-tcp.pcap"} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("../testdata/export", name))
			check(t, err)
			stored := packed(t, content)
			for eighths := 3; eighths < 8; eighths++ {
				cut := stored[:len(stored)*eighths/8]
				account, rows := readExports(t, writeFile(t, cut), nil, reader.CapturesAsExports)
				if e := account.Exports; e.Nfcapd != nil {
					o := e.Nfcapd.Octets
					if got := o.Header + o.Blocks + o.Damaged + o.Trailing; got != uint64(account.Input.Expanded) {
						t.Errorf("cut to %d octets: %d of %d decompressed octets are accounted", len(cut), got, account.Input.Expanded)
					}
				}
				again, same := readExports(t, input.Source{Name: input.StandardInput, Stream: true}, bytes.NewReader(cut), reader.CapturesAsExports)
				if !slices.Equal(rows, same) {
					t.Errorf("cut to %d octets: %d rows of the file, %d others of the stream", len(cut), len(rows), len(same))
				}
				if account.DamageCount == 0 || again.DamageCount != account.DamageCount || fmt.Sprint(again.Damages) != fmt.Sprint(account.Damages) {
					t.Errorf("cut to %d octets: damages of the file %v, of the stream %v", len(cut), account.Damages, again.Damages)
				}
			}
		})
	}
}
