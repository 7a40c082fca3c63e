// Package tabledigest gives the SHA-256 of what a table holds. It is the same for Parquet and
// CSV, in one file or in several, and for all versions of the formats and compressors: the
// names of the columns, each in a line, then the cells row by row, each in a line: "-" if it
// is NULL, "=" and the number in decimal, or of texts the length in octets in decimal, a
// blank, and the text. Numbers are what table.Kind says of the column's kind.
package tabledigest

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
)

// flushAt is how many octets wait before they are hashed.
const flushAt = 1 << 13

// Digest takes a table. It is not safe for concurrent use.
type Digest struct {
	hash    hash.Hash
	waiting []byte
}

// New begins the digest of a table with its columns.
func New(columns []string) *Digest {
	d := &Digest{hash: sha256.New()}
	for _, name := range columns {
		d.waiting = append(append(d.waiting, name...), '\n')
	}
	return d
}

// Null adds a cell that is NULL.
func (d *Digest) Null() { d.add(append(d.waiting, "-\n"...)) }

// Number adds a cell that is a number.
func (d *Digest) Number(v int64) {
	d.add(append(strconv.AppendInt(append(d.waiting, '='), v, 10), '\n'))
}

// Text adds a cell that is a text.
func (d *Digest) Text(v string) {
	d.add(append(append(append(strconv.AppendInt(d.waiting, int64(len(v)), 10), ' '), v...), '\n'))
}

func (d *Digest) add(waiting []byte) {
	d.waiting = waiting
	if len(waiting) >= flushAt {
		d.flush()
	}
}

func (d *Digest) flush() {
	d.hash.Write(d.waiting) // it never fails
	d.waiting = d.waiting[:0]
}

// Hex gives the digest of what was added until now, in hexadecimal.
func (d *Digest) Hex() string {
	d.flush()
	return hex.EncodeToString(d.hash.Sum(nil))
}
