package input

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestLyingNames gives files names of other formats: the first octets decide.
func TestLyingNames(t *testing.T) {
	names := []string{"a.pcap", "a.pcapng", "a.gz", "a.zst", "a.lz4", "a.xz", "a.bz2", "a"}
	fixtures := 0
	for _, name := range names {
		path := filepath.Join(t.TempDir(), name)
		for _, s := range append(samples(), sample{name: "plain"}) {
			content := payload
			if s.compress != nil {
				content = s.compress(t, payload)
			}
			must(t, os.WriteFile(path, content, 0o600))
			fixtures++
			o := readSource(t, Source{Name: path}, nil, Options{}, 4096)
			if o.err != nil || !bytes.Equal(o.content, payload) {
				t.Errorf("%s named %s: got %v, want %d octets", s.name, name, o, len(payload))
			}
			if layers := o.account.Layers; len(layers) > 0 != (s.compress != nil) || len(layers) > 0 && layers[0].Format != s.format {
				t.Errorf("%s named %s: layers %+v", s.name, name, layers)
			}
		}
	}
	t.Logf("assertion Z4: %d fixtures", fixtures)
}
