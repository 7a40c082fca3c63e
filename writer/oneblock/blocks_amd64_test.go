package oneblock

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestInstructions has the processor's instructions used where the kernel says that it has them. Where it has none, the tests of
// messages say nothing of the assembly.
func TestInstructions(t *testing.T) {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Logf("nobody says what the processor can do: %v", err)
		return
	}
	flags := strings.Fields(string(content))
	want := slices.Contains(flags, "sha_ni") && slices.Contains(flags, "ssse3") && slices.Contains(flags, "sse4_1")
	if got := sha1Blocks() != nil && sha256Blocks() != nil; got != want {
		t.Errorf("the instructions are used: %t, want %t", got, want)
	}
	t.Logf("the processor has the instructions: %t", want)
}
