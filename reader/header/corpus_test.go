package header

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// TestCorpusAgainstGopacket compares us with gopacket over every frame that it can
// read of the captures under the folder that NETSTREAM_CORPUS names.
func TestCorpusAgainstGopacket(t *testing.T) {
	root := os.Getenv("NETSTREAM_CORPUS")
	if root == "" {
		t.Skip("NETSTREAM_CORPUS names no folder of captures")
	}
	var frames, judged int
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		n, m := compareFile(t, path)
		frames, judged = frames+n, judged+m
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d frames, %d of them judged by gopacket", frames, judged)
	if judged < frames/2 {
		t.Errorf("gopacket judged %d of %d frames, want at least half", judged, frames)
	}
}

// compareFile reads one file as far as gopacket can and gives the number of
// frames and of those that gopacket has an opinion on.
func compareFile(t *testing.T, path string) (frames, judged int) {
	defer func() {
		if r := recover(); r != nil {
			t.Logf("%s: gopacket's reader panics: %v", path, r)
		}
	}()
	source, err := openCapture(path)
	if err != nil {
		return 0, 0
	}
	for {
		frame, info, err := source.ReadPacketData()
		if err != nil {
			return frames, judged
		}
		frames++
		linkType := uint16(source.LinkType())
		if len(info.AncillaryData) > 0 {
			linkType = uint16(info.AncillaryData[0].(layers.LinkType))
		}
		length := max(info.Length, len(frame))
		p, reason, _ := read(t, linkType, Options{}, frame, length)
		o, err := askGopacket(linkType, frame)
		if errors.Is(err, errNoOpinion) {
			continue
		}
		judged++
		if err := compareOracle(o, p, reason); err != nil {
			t.Errorf("%s, frame %d, link type %d: %v", path, frames, linkType, err)
		}
	}
}

type captureSource interface {
	gopacket.PacketDataSource
	LinkType() layers.LinkType
}

func openCapture(path string) (captureSource, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		if b, err = io.ReadAll(io.LimitReader(z, 1<<28)); err != nil && len(b) == 0 {
			return nil, err
		}
	}
	buffered := bufio.NewReader(bytes.NewReader(b))
	if bytes.HasPrefix(b, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		return pcapgo.NewNgReader(buffered, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	return pcapgo.NewReader(buffered)
}
