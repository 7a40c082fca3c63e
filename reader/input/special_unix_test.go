//go:build unix

package input

import (
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// Pipes, devices and sockets wait for ever, or have no end: they are refused
// before anything is read.
func TestSpecialFiles(t *testing.T) {
	tree(t, "file", "dir/file")
	must(t, syscall.Mkfifo("pipe", 0o600))
	must(t, syscall.Mkfifo("dir/pipe", 0o600))
	must(t, os.Symlink("../file", "dir/link"))
	must(t, os.Symlink(".", "dir/loop"))
	must(t, os.Symlink("file", "link"))
	must(t, os.Symlink("gone", "dangling"))
	must(t, os.Symlink("dir", "dirlink"))
	cases := []struct {
		name, arguments string
		streams         bool
		want            string
		class           Class
		message         string
	}{
		{name: "pipe", arguments: "pipe", class: Refused, message: "it is a named pipe"},
		{name: "device", arguments: "/dev/zero", class: Refused, message: "it is a device"},
		{name: "pipe as a stream", arguments: "pipe", streams: true, want: "pipe"},
		{name: "directory with pipe and links", arguments: "dir", want: "dir/file"},
		{name: "link to a file", arguments: "link", want: "link"},
		{name: "link and file", arguments: "link file", want: "link", class: Refused, message: "duplicate input"},
		{name: "link to a directory", arguments: "dirlink", want: "dirlink/file"},
		{name: "dangling link", arguments: "dangling", class: Unreadable, message: "no such file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			selection, err := Expand(Request{Names: strings.Fields(c.arguments), Streams: c.streams}) // does not wait for a pipe's writer
			var names []string
			for _, s := range selection.Sources {
				names = append(names, s.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, e := range Errors(err) {
				if strings.Contains(e.Error(), "want a regular file") && !strings.HasSuffix(e.Hint, "give --stream") {
					t.Errorf("hint is %q", e.Hint)
				}
			}
			if ClassOf(err) != c.class || err != nil && !strings.Contains(err.Error(), c.message) {
				t.Errorf("error %v, want %v %q", err, c.class, c.message)
			}
		})
	}
	t.Run("file becomes a pipe", func(t *testing.T) {
		if _, err := Open(Source{Name: "pipe"}, nil, Options{}); ClassOf(err) != Unreadable || !strings.Contains(err.Error(), "named pipe") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("pipe is read", func(t *testing.T) {
		go func() {
			f, err := os.OpenFile("pipe", os.O_WRONLY, 0)
			if err == nil {
				_, err = f.Write(compressGzip(t, payload))
			}
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				t.Error(err)
			}
		}()
		in, err := Open(Source{Name: "pipe", Stream: true}, nil, Options{})
		must(t, err)
		content, err := io.ReadAll(in)
		if err != nil || !bytes.Equal(content, payload) {
			t.Errorf("got %d octets, %v", len(content), err)
		}
		must(t, in.Close())
	})
}
