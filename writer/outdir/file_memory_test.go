package outdir

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
)

// TestClosedFilesAreSmall: a dataset of thousands of files holds no buffer for each.
func TestClosedFilesAreSmall(t *testing.T) {
	const files, most = 400, 16 << 10 // octets for each, a sixteenth of a buffer
	d, err := Create(filepath.Join(t.TempDir(), "out"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Abort() }()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range files {
		f, err := d.File(fmt.Sprintf("part-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprint(f, i); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if got := f.Digest(); got.Size != int64(len(fmt.Sprint(i))) || got.SHA256 == ([32]byte{}) {
			t.Fatalf("digest %+v of a closed file", got)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > files*most {
		t.Errorf("%d closed files hold %d octets", files, held)
	}
	runtime.KeepAlive(d)
}
