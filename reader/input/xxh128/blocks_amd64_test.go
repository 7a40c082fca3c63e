package xxh128

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestInstructions has the processor's instructions used where the kernel says that it has them. Where it has none, the other
// tests say nothing of the assembly.
func TestInstructions(t *testing.T) {
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Logf("nobody says what the processor can do: %v", err)
		return
	}
	want := slices.Contains(strings.Fields(string(content)), "avx2")
	if got := blocksOfProcessor() != nil; got != want {
		t.Errorf("the instructions are used: %t, want %t", got, want)
	}
	t.Logf("the processor has the instructions: %t", want)
}
