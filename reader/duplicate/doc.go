// Package duplicate finds packets that a capture holds twice, because two mirror
// ports saw them (docs/metering.md, section Selection).
package duplicate
