package input

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A file that changes while it is read is read as it was when it was opened, as
// far as it still is, and the account says what happened.
func TestInputChanged(t *testing.T) {
	cases := []struct {
		name   string
		change func(t *testing.T, name string)
		detail string // "" for no damage
		octets int64
	}{
		{"untouched", func(*testing.T, string) {}, "", 3 << 20},
		{"appended", func(t *testing.T, name string) {
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
			must(t, err)
			_, err = f.Write(make([]byte, 1000))
			must(t, err)
			must(t, f.Close())
		}, "size is 3146728 octets at the end, was 3145728", 3 << 20},
		{"truncated", func(t *testing.T, name string) { must(t, os.Truncate(name, 2<<20)) }, "size is 2097152 octets", 2 << 20},
		{"rewritten", func(t *testing.T, name string) {
			must(t, os.Chtimes(name, time.Time{}, time.Unix(1_000_000_000, 5)))
		}, "modification time is 1000000000000000005 ns", 3 << 20},
		{"replaced", func(t *testing.T, name string) {
			must(t, os.WriteFile(name+".new", make([]byte, 3<<20), 0o600))
			must(t, os.Rename(name+".new", name))
		}, "belongs to another file", 3 << 20},
		{"removed", func(t *testing.T, name string) { must(t, os.Remove(name)) }, "its name is gone", 3 << 20},
	}
	for _, c := range cases {
		for _, ahead := range []bool{false, true} {
			t.Run(c.name, func(t *testing.T) {
				name := writeFile(t, make([]byte, 3<<20))
				in, err := Open(Source{Name: name}, nil, Options{ReadAhead: ahead})
				must(t, err)
				if !ahead { // with read-ahead all may be read before the change
					_, err = io.ReadFull(in, make([]byte, 1<<20))
					must(t, err)
					c.change(t, name)
				}
				_, err = io.Copy(io.Discard, in)
				must(t, err)
				if ahead {
					c.change(t, name)
				}
				must(t, in.Close())
				a := in.Account()
				if want := c.octets; a.Stored != want && !ahead || !a.Complete {
					t.Errorf("read %d octets, want %d; complete %v", a.Stored, want, a.Complete)
				}
				o := outcome{account: a}
				if c.detail == "" && o.kinds() != "" || c.detail != "" && (o.kinds() != "input_changed" || !strings.Contains(a.Damage[0].Detail, c.detail)) {
					t.Errorf("damage %v, want %q", a.Damage, c.detail)
				}
			})
		}
	}
}

// A file is opened twice when there are many: what changed in between is found
// though neither reading sees a change.
func TestExpect(t *testing.T) {
	cases := []struct {
		name   string
		change func(t *testing.T, name string)
		detail string // "" for no damage
	}{
		{"untouched", func(*testing.T, string) {}, ""},
		{"read", func(t *testing.T, name string) { _, err := os.ReadFile(name); must(t, err) }, ""},
		{"longer", func(t *testing.T, name string) { must(t, os.Truncate(name, 1001)) }, "before it was read: size is 1001 octets, was 1000"},
		{"rewritten", func(t *testing.T, name string) {
			must(t, os.Chtimes(name, time.Time{}, time.Unix(1_000_000_000, 5)))
		}, "before it was read: modification time is 1000000000000000005 ns"},
		{"replaced", func(t *testing.T, name string) {
			info, err := os.Stat(name)
			must(t, err)
			must(t, os.WriteFile(name+".new", make([]byte, 1000), 0o600))
			must(t, os.Chtimes(name+".new", time.Time{}, info.ModTime()))
			must(t, os.Rename(name+".new", name))
		}, "before it was read: its name belongs to another file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name := writeFile(t, make([]byte, 1000))
			in, err := Open(Source{Name: name}, nil, Options{})
			must(t, err)
			before := in.Opened()
			must(t, in.Close())
			if before != in.Account().Opened || before.Size != 1000 {
				t.Errorf("Opened gives %+v, the account %+v", before, in.Account().Opened)
			}
			c.change(t, name)
			o := readSource(t, Source{Name: name}, nil, Options{Expect: &before}, 100)
			if o.err != nil || !o.account.Complete {
				t.Errorf("it was not read: %v", o)
			}
			if c.detail == "" && o.kinds() != "" || c.detail != "" && (o.kinds() != "input_changed" || !strings.Contains(o.account.Damage[0].Detail, c.detail)) {
				t.Errorf("damage %v, want %q", o.account.Damage, c.detail)
			}
		})
	}
	t.Run("stream", func(t *testing.T) {
		o := readSource(t, Source{Name: StandardInput, Stream: true}, payload, Options{Expect: &Stat{Size: 1}}, 100)
		if o.err != nil || o.kinds() != "" {
			t.Errorf("got %v", o)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Inputs are evidence.
func TestInputIsNotModified(t *testing.T) {
	name := writeFile(t, compressGzip(t, payload))
	must(t, os.Chmod(name, 0o400))
	before, err := os.Stat(name)
	must(t, err)
	readSource(t, Source{Name: name}, nil, Options{}, 100)
	after, err := os.Stat(name)
	must(t, err)
	if before.ModTime() != after.ModTime() || before.Mode() != after.Mode() || before.Size() != after.Size() {
		t.Errorf("was %v, is %v", before, after)
	}
}

func TestCloseEarly(t *testing.T) {
	for _, ahead := range []bool{false, true} {
		in, err := Open(Source{Name: writeFile(t, compressGzip(t, make([]byte, 64<<20)))}, nil, Options{ReadAhead: ahead})
		must(t, err)
		_, err = io.ReadFull(in, make([]byte, 1000))
		must(t, err)
		must(t, in.Close())
		must(t, in.Close())
		if a := in.Account(); a.Complete || a.StoredDigest != nil || a.ContentDigest != nil {
			t.Errorf("account says complete: %+v", a)
		}
		if _, err := in.Read(make([]byte, 1)); ClassOf(err) != Unreadable {
			t.Errorf("Read after Close: %v", err)
		}
	}
}

func TestStandardInput(t *testing.T) {
	source := Source{Name: StandardInput, Stream: true}
	o := readSource(t, source, compressXZ(t, payload), Options{ReadAhead: true}, 50)
	if o.err != nil || !bytes.Equal(o.content, payload) || o.account.Opened != (Stat{}) {
		t.Errorf("got %v", o)
	}
	if _, err := Open(source, nil, Options{}); ClassOf(err) != Unreadable {
		t.Errorf("without standard input: %v", err)
	}
}

// failing gives octets and then an error of the system.
type failing struct {
	io.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestReadError(t *testing.T) {
	file := compressGzip(t, payload)
	for n := 1; n < len(file); n += 7 {
		broken := &failing{bytes.NewReader(file[:n]), os.ErrDeadlineExceeded}
		in, err := Open(Source{Name: StandardInput, Stream: true}, broken, Options{})
		if err == nil {
			_, err = io.Copy(io.Discard, in)
			must(t, in.Close())
		}
		if ClassOf(err) != Unreadable || !strings.Contains(err.Error(), "at octet ") {
			t.Fatalf("after %d octets: %v", n, err)
		}
		if in != nil && len(in.Account().Damage) > 0 {
			t.Fatalf("after %d octets: an error of the system is counted as damage: %v", n, in.Account().Damage)
		}
	}
}

func TestOpenMissing(t *testing.T) {
	_, err := Open(Source{Name: filepath.Join(t.TempDir(), "none")}, nil, Options{})
	if ClassOf(err) != Unreadable {
		t.Errorf("got %v", err)
	}
}
