package input

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"testing/iotest"
)

// lent reads an input by Lend, spoils what is the caller's, and checks the laws of the
// account, digests included.
func lent(t testing.TB, source Source, stdin io.Reader, file []byte) (o outcome) {
	t.Helper()
	in, err := Open(source, stdin, Options{ReadAhead: true})
	if err != nil {
		return outcome{err: err}
	}
	var before []byte // the piece that is valid still
	for {
		space, start, err := in.Lend()
		if !bytes.HasSuffix(o.content, before) {
			t.Fatalf("%d octets have changed before the call after the next one", len(before))
		}
		if err != nil {
			if _, _, again := in.Lend(); again != err {
				t.Fatalf("Lend gives %v after %v", again, err)
			}
			if err != io.EOF {
				o.err = err
			}
			break
		}
		if start < in.Lends() || start >= len(space) {
			t.Fatalf("%d octets from %d on, with room for %d", len(space)-start, start, in.Lends())
		}
		before = space[start:]
		o.content = append(o.content, before...)
		for i := range start {
			space[i] = 0xa5
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	o.account = in.Account()
	if ClassOf(o.err) == 0 {
		checkAccount(t, file, o)
	}
	return o
}

// What is lent is what is read, whatever the file is and wherever it ends.
func TestLend(t *testing.T) {
	content := make([]byte, 5*pieceOctets+7)
	for i := range content {
		content[i] = byte(i * i >> 7)
	}
	files := map[string][]byte{"small": payload}
	for _, size := range []int{0, 1, headroom, pieceOctets - 1, pieceOctets, pieceOctets + 1, len(content)} {
		files[fmt.Sprintf("%d octets", size)] = content[:size]
	}
	for _, s := range samples() {
		if s.format == Bzip2 {
			continue // whose samples are not made here
		}
		files[s.name] = s.compress(t, content)
		files[s.name+", cut"] = files[s.name][:len(files[s.name])-s.checksum-1]
		files[s.name+", twice"] = append(s.compress(t, payload), s.compress(t, content)...)
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			source := Source{Name: writeFile(t, file)}
			want := readSource(t, source, file, Options{}, 4096)
			if got := lent(t, source, nil, file); got.String() != want.String() {
				t.Errorf("lent: %v\nread: %v", got, want)
			}
			stream := Source{Name: StandardInput, Stream: true}
			want = readSource(t, stream, file, Options{}, 4096)
			for _, stdin := range []io.Reader{bytes.NewReader(file), iotest.HalfReader(bytes.NewReader(file)), iotest.DataErrReader(bytes.NewReader(file))} {
				if got := lent(t, stream, stdin, file); got.String() != want.String() {
					t.Errorf("lent of a stream: %v\nread: %v", got, want)
				}
			}
		})
	}
}

// Closing in the middle waits for nothing that does not come, and the account says that it
// is not complete.
func TestLendAndClose(t *testing.T) {
	file := bytes.Repeat(payload, 1000)
	for calls := range 8 {
		in, err := Open(Source{Name: writeFile(t, file)}, nil, Options{ReadAhead: true})
		if err != nil {
			t.Fatal(err)
		}
		for range calls {
			if _, _, err := in.Lend(); err != nil {
				t.Fatal(err)
			}
		}
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		if a := in.Account(); a.Complete || a.ContentDigest != nil {
			t.Errorf("after %d of %d octets: %+v", a.Expanded, len(file), a)
		}
	}
}

// A source that gives nothing, and says nothing, is no endless loop.
func TestLendOfNothing(t *testing.T) {
	in, err := Open(Source{Name: StandardInput, Stream: true}, io.MultiReader(bytes.NewReader(payload), nothing{}), Options{ReadAhead: true})
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, _, err = in.Lend()
	}
	if ClassOf(err) != Unreadable && err != io.ErrNoProgress {
		t.Errorf("got %v", err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }
