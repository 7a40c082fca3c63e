package reference_test

import (
	"bufio"
	"bytes"
	"strings"

	"netstream/reader/reference"
)

// stream is a text or file that lies in memory.
type stream struct{ *bufio.Reader }

func (s stream) Peek(n int) []byte {
	head, _ := s.Reader.Peek(n) // as many as there are
	return head
}

func streamOf[T string | []byte](content T) reference.Stream {
	return stream{bufio.NewReaderSize(bytes.NewReader([]byte(content)), 1<<18)}
}

// faultsOf gives the faults of a report, one a line.
func faultsOf(r reference.Report) string {
	var all []string
	for _, f := range r.Faults {
		all = append(all, f.String())
	}
	return strings.Join(all, "\n")
}
