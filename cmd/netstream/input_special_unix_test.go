//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// specials makes files that are no regular ones, and links to them, in a folder.
func specials(t *testing.T, folder string) (refused map[string]string) {
	t.Helper()
	path := func(name string) string { return filepath.Join(folder, name) }
	must(t, syscall.Mkfifo(path("pipe"), 0o600))
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path("socket"), Net: "unix"})
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	refused = map[string]string{
		path("pipe"): "named pipe", path("socket"): "socket", "/dev/zero": "device", "/dev/null": "device", "/dev/tty": "device",
	}
	for name, target := range map[string]string{"to-pipe": "pipe", "to-socket": "socket", "to-device": "/dev/zero"} {
		must(t, os.Symlink(target, path(name)))
		kind := map[string]string{"pipe": "named pipe", "socket": "socket", "/dev/zero": "device"}[target]
		refused[path(name)] = kind
	}
	return refused
}

// TestI2SpecialFiles (I2): what waits for ever, or has no end, is refused before it is read,
// and read when that is asked for; run.json then has the digest of what came.
func TestI2SpecialFiles(t *testing.T) {
	folder := t.TempDir()
	capture := filepath.Join(captures, "lab-ping.pcap")
	refusals := 0
	out := filepath.Join(t.TempDir(), "out")
	for path, kind := range specials(t, folder) {
		if _, err := os.Stat(path); err != nil {
			continue // no /dev/tty here
		}
		for _, args := range [][]string{{"run", "-w", out, path}, {"run", "-w", out, capture, path}, {"run", "--keep-going", "-w", out, capture, path}, {"inspect", path}} {
			got := netstream(args...)
			if got.code != exitUsage || !strings.Contains(got.errors, "it is a "+kind+", want a regular file") || !strings.Contains(got.errors, path) {
				t.Errorf("%q: exit code %d: %s", args, got.code, got.errors)
			}
			if _, err := os.Stat(out); err == nil {
				t.Fatalf("%q has an output", args)
			}
			refusals++
		}
	}

	// A folder is what regular files are in it; special ones are passed over.
	if got := netstream("run", "-w", out, folder); got.code != exitUsage {
		t.Errorf("a folder without captures: exit code %d: %s", got.code, got.errors)
	}
	must(t, os.Link(saved(t, "a.pcap", []byte(readFile(t, capture))), filepath.Join(folder, "a.pcap")))
	for _, args := range [][]string{{folder}, {"--stream", folder}} {
		if there, err := readManifest(outputOf(t, args...)); err != nil || len(there.Inputs) != 1 || there.Inputs[0].Packets != 100 {
			t.Errorf("%q: %v", args, err)
		}
	}
	t.Logf("assertion I2: %d refusals of pipes, sockets and devices, %d streams taken as they are", refusals, mustStream(t, folder, capture))
}

// mustStream reads pipes and standard input and gives how many.
func mustStream(t *testing.T, folder, capture string) (streams int) {
	t.Helper()
	content := []byte(readFile(t, capture))
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(content)
	must(t, err)
	must(t, w.Close())
	wanted := readFile(t, outputOf(t, "-o", "csv", capture), "flows.csv")
	for _, octets := range [][]byte{content, packed.Bytes()} {
		for _, name := range []string{"pipe", "to-pipe", "-"} {
			path, stdin := filepath.Join(folder, name), bytes.NewReader(nil)
			fed := make(chan error, 1)
			if name == "-" {
				path, stdin = name, bytes.NewReader(octets)
				fed <- nil
			} else {
				go func() { fed <- os.WriteFile(path, octets, 0o600) }()
			}
			out := filepath.Join(t.TempDir(), "out")
			got := netstreamWith(stdin, "run", "--stream", "-q", "-o", "csv", "-w", out, path)
			must(t, <-fed)
			there, err := readManifest(out)
			if got.code != exitOK || err != nil {
				t.Fatalf("%s: exit code %d: %s", path, got.code, got.errors)
			}
			sum, inner := sha256.Sum256(octets), sha256.Sum256(content)
			if in := there.Inputs[0]; in.SHA256 != hex.EncodeToString(sum[:]) || in.ContentSHA256 != hex.EncodeToString(inner[:]) || in.Name != path {
				t.Errorf("%s: digests %s and %s of %s", path, in.SHA256, in.ContentSHA256, in.Name)
			}
			mustBeSame(t, "flows of "+path, readFile(t, out, "flows.csv"), wanted)
			streams++
		}
	}
	for path, want := range map[string]int{"/dev/null": exitDamaged, "/dev/zero": exitUsage, filepath.Join(folder, "socket"): exitDamaged} {
		out := filepath.Join(t.TempDir(), "out")
		if got := netstream("run", "--stream", "-w", out, path); got.code != want || !strings.Contains(got.errors, path) {
			t.Errorf("%s: exit code %d: %s", path, got.code, got.errors)
		}
		streams++
	}
	return streams
}
