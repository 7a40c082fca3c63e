package outdir

import (
	"os"
	"testing"
)

func TestMountPoint(t *testing.T) {
	for name, want := range map[string]bool{"proc": true, "proc/self": false, "none": false} {
		root, err := os.OpenRoot("/")
		check(t, err)
		s := filesystem{parent: root, path: "/"}
		if got := s.isMountPoint(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		check(t, root.Close())
	}
}
