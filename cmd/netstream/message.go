package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Messages go to standard error: "netstream: error: cannot X: cause", lower case,
// without full stop, with file, offset and number where there are any; behind it,
// where there is a next step, "netstream: hint: ...". Text that comes from inputs
// is shown with its control characters escaped, so that no file name can steer
// the terminal.

func (c *console) reportError(ctx context.Context, err error) {
	if c.log.structured() {
		c.log.failure(ctx, err)
		return
	}
	var by signalled
	if stopped(err) && errors.As(context.Cause(ctx), &by) {
		fmt.Fprintf(c.err, "netstream: %v\n", by)
		return
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		fmt.Fprintf(c.err, "netstream: error: %s\n", printable(line))
	}
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(c.err, "netstream: hint: %s\n", printable(hint))
	}
}

func (c *console) warn(format string, args ...any) {
	if c.log.structured() {
		c.log.warning(format, args...)
		return
	}
	fmt.Fprintf(c.err, "netstream: warning: %s\n", printable(fmt.Sprintf(format, args...)))
}

// printable escapes what is not printable, and bidirectional controls.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t' || r == ' ':
			b.WriteRune(r)
		case r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f ||
			r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 || r == 0xfeff || r == 0xfffd:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
