package capture_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestCorpus compares with capinfos of Wireshark, and with gopacket, over the
// captures of a corpus: the folder that NETSTREAM_CORPUS names, with the output
// of capinfos in CAPINFOS.tsv.
func TestCorpus(t *testing.T) {
	corpus := os.Getenv("NETSTREAM_CORPUS")
	if corpus == "" {
		t.Skip("NETSTREAM_CORPUS is not set")
	}
	list, err := os.Open(filepath.Join(corpus, "CAPINFOS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	files, sound, agreed := 0, 0, 0
	for lines := bufio.NewScanner(list); lines.Scan(); {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < 8 || fields[1] == "File type" {
			continue
		}
		file := corpusFile(t, filepath.Join(corpus, fields[0]))
		if !strings.Contains(fields[1], "pcap") {
			read(t, file, 4095) // capinfos refuses it; the accounts must balance all the same
			continue
		}
		packets, err := strconv.Atoi(fields[6])
		if err != nil {
			t.Fatalf("%s: %v", fields[0], err)
		}
		files++
		got := read(t, file, 4095)
		if got.err != nil {
			t.Errorf("%s: %v", fields[0], got.err)
			continue
		}
		if len(got.damages) > 0 {
			t.Logf("%s: %v", fields[0], got.damages)
		} else {
			sound++
		}
		if len(got.frames) != packets {
			t.Errorf("%s: %d frames, capinfos has %d; damages %v", fields[0], len(got.frames), packets, got.damages)
		}
		frames, err := oracleRead(file)
		if err != nil || got.tally.CarriedFractions > 0 {
			continue // TestWhereGopacketIsWrong has these
		}
		if text := difference(got, frames); text != "" {
			t.Errorf("%s: %s", fields[0], text)
			continue
		}
		agreed++
	}
	if files == 0 {
		t.Fatal("no captures listed")
	}
	t.Logf("%d files, %d sound, %d as gopacket reads them", files, sound, agreed)
}

// corpusFile reads a file, which may be compressed.
func corpusFile(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		return file
	}
	expand, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if file, err = io.ReadAll(expand); err != nil {
		t.Fatal(err)
	}
	return file
}
