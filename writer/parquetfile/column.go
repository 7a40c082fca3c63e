package parquetfile

import (
	"netstream/writer/table"

	"github.com/klauspost/compress/zstd"
)

// column collects the cells of one column in the present row group.
type column[R any] interface {
	// add takes the cells of rows into the page being filled. It is not called for
	// columns that are absent.
	add(rows *table.Rows[R]) error
	// addNulls takes rows of which all are NULL.
	addNulls(rows int)
	// endPage finishes the page being filled, if it has any rows.
	endPage() error
	// reserve takes room for the first row group, when its first page is finished, as far as can be foreseen.
	reserve()
	// turn says that the next row is the first one behind a page of all columns.
	turn()
	// finish gives the row group's chunk once all pages are finished. The chunk is
	// valid until reset, which begins the next row group.
	finish() (chunk, error)
	reset()
}

// newColumn chooses the encoding of a column by its kind and pattern.
func newColumn[R any](c *table.Column[R], at *presence[R], compressor *zstd.Encoder, expected *expectation) column[R] {
	p := pages{expected: expected, compressor: compressor, encoding: encodingOf(c), nullable: c.Nullable(), levels: &at.levels}
	if !compressed(c) {
		p.compressor = nil
	}
	if c.Kind == table.Text {
		p.ofTexts, p.literals = true, new(literals)
	}
	switch {
	case c.Text != nil:
		return &textColumn[R]{pages: p, declared: c, at: at}
	case c.Symbol != nil:
		return &symbolColumn[R]{pages: p, declared: c, at: at, dictionary: newSymbolTable()}
	case c.Pattern == table.Repetitive:
		return newRepetitive(c, at, p)
	case c.Pattern == table.Scattered:
		return newScattered(c, at, p)
	default:
		return &integerColumn[R]{pages: p, declared: c, at: at}
	}
}
