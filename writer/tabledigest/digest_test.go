package tabledigest

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// TestDigest compares with the octets that the package promises.
func TestDigest(t *testing.T) {
	d, want := New([]string{"a", "b", "c"}), "a\nb\nc\n"
	for i := range int64(2000) {
		d.Number(i - 1000)
		d.Text(fmt.Sprint("é\n", i))
		d.Null()
		want += fmt.Sprintf("=%d\n%d é\n%d\n-\n", i-1000, len(fmt.Sprint("é\n", i)), i)
	}
	if got := d.Hex(); got != fmt.Sprintf("%x", sha256.Sum256([]byte(want))) {
		t.Errorf("got %s", got)
	}
	if len(want) < 2*flushAt || strings.Count(want, "\n-\n") != 2000 {
		t.Error("the test tests little")
	}
}
