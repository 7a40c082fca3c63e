package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/klauspost/compress/zstd"
)

const (
	// rowGroupRows is the number of rows of each row group but the last. Readers
	// share a file out by row groups; DuckDB's are of 122,880 rows. What a writer
	// holds in memory grows with it.
	rowGroupRows = 131072

	// pageRows is the number of rows of each page but the last of a row group.
	pageRows = 16384

	// sliceRows is the number of rows that all columns take before the next ones
	// are looked at, so that they are in the processor's cache meanwhile. It does
	// not show in the file.
	sliceRows = 512

	// maxRowGroups is the limit of the ordinal in the row group's metadata.
	maxRowGroups = math.MaxInt16
)

// magic begins and ends a Parquet file.
const magic = "PAR1"

// errClosed is the error of writing to a closed writer.
var errClosed = errors.New("writer is closed")

// Writer writes one table with rows of type R. It is not safe for concurrent
// use.
type Writer[R any] struct {
	name       string
	sink       *sink
	metadata   *metadata.FileMetaDataBuilder
	compressor *zstd.Encoder
	columns    []column[R]
	absent     []bool         // of the columns
	presences  []*presence[R] // of the columns, each once
	names      []string
	workers    int     // goroutines that columns are shared out to
	turns      []int   // the columns in the order in which they are
	chunks     []chunk // of the row group being finished

	expected  expectation
	pageRows  int // rows of the pages being filled
	groupRows int // rows of the row group being filled
	groups    int
	rows      int64

	adding *table.Rows[R]

	one [1]R // what Write copies its row to
	err error
}

// New begins a Parquet file with the table of that name and columns on w. The
// caller keeps w and closes it after the writer; the writer never does.
func New[R any](w io.Writer, name string, columns []table.Column[R]) (*Writer[R], error) {
	return NewParallel(w, name, columns, 1)
}

// NewParallel is New for columns that are encoded and compressed by so many goroutines.
// The functions of different columns are called at the same time then, those of one
// column are not. How many they are does not show in the file.
func NewParallel[R any](w io.Writer, name string, columns []table.Column[R], workers int) (*Writer[R], error) {
	fileMetadata, err := newMetadata(name, columns)
	if err != nil {
		return nil, fmt.Errorf("cannot begin table %s: %w", name, err)
	}
	compressor, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(max(workers, 1)), zstd.WithZeroFrames(true),
		zstd.WithLowerEncoderMem(true), // half of it is never used
		zstd.WithEncoderCRC(false))     // pages have a checksum of their own
	if err != nil {
		return nil, fmt.Errorf("cannot begin table %s: %w", name, err)
	}
	writer := &Writer[R]{name: name, sink: newSink(w), metadata: fileMetadata, compressor: compressor,
		workers: workers, turns: turnsOf(columns), adding: table.NewRows(columns)}
	each, all := presences(columns)
	writer.presences = all
	for i := range columns {
		writer.columns = append(writer.columns, newColumn(&columns[i], each[i], compressor, &writer.expected))
		writer.absent = append(writer.absent, columns[i].Absent)
		writer.names = append(writer.names, columns[i].Name)
	}
	writer.chunks = make([]chunk, len(columns))
	if _, err := writer.sink.Write([]byte(magic)); err != nil {
		return nil, fmt.Errorf("cannot begin table %s: %w", name, err)
	}
	return writer, nil
}

// Rows is the number of rows written so far.
func (w *Writer[R]) Rows() int64 { return w.rows }

// Expect says how many rows there will be, or about. It may be called before the first row, and spares memory and time; it does
// not show in the file.
func (w *Writer[R]) Expect(rows uint64) {
	w.expected = expectation{pageRows: int(min(rows, pageRows)), groupRows: int(min(rows, rowGroupRows))}
}

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	w.one[0] = *row
	return w.WriteBatch(w.one[:])
}

// WriteBatch writes rows in their order. It keeps none of them. How rows are
// shared out to calls does not show in the file. After an error the file is of
// no use, and every further call fails with that error.
func (w *Writer[R]) WriteBatch(rows []R) error {
	for len(rows) > 0 && w.err == nil {
		n := min(len(rows), sliceRows, pageRows-w.pageRows)
		w.err = w.add(rows[:n])
		rows = rows[n:]
	}
	return w.err
}

// add takes rows, which must fit into the page being filled.
func (w *Writer[R]) add(rows []R) error {
	w.adding.Take(rows)
	for _, p := range w.presences {
		if p.Shared {
			p.take(w.adding)
		}
	}
	err := w.each(len(rows), func(i int) error {
		if w.absent[i] {
			return nil
		}
		return w.columns[i].add(w.adding)
	})
	if err != nil {
		return err
	}
	w.rows += int64(len(rows))
	w.pageRows += len(rows)
	w.groupRows += len(rows)
	if w.pageRows == pageRows {
		if err := w.endPages(); err != nil {
			return err
		}
		if w.groups == 0 && w.groupRows == pageRows && w.expected.groupRows > pageRows {
			for _, c := range w.columns {
				c.reserve()
			}
		}
	}
	if w.groupRows == rowGroupRows {
		return w.endRowGroup()
	}
	return nil
}

func (w *Writer[R]) columnError(i int, err error) error {
	return fmt.Errorf("cannot write table %s, column %s, rows up to %d: %w", w.name, w.names[i], w.rows, err)
}

func (w *Writer[R]) endPages() error {
	rows := w.pageRows
	w.pageRows = 0
	for _, p := range w.presences {
		p.levels.complete()
	}
	err := w.each(rows, func(i int) error {
		c := w.columns[i]
		if w.absent[i] {
			c.addNulls(rows)
		}
		if err := c.endPage(); err != nil {
			return err
		}
		c.turn()
		return nil
	})
	for _, p := range w.presences {
		p.levels.reset()
	}
	return err
}

// endRowGroup writes the row group out, column after column.
func (w *Writer[R]) endRowGroup() error {
	if err := w.endPages(); err != nil {
		return err
	}
	if w.groups == maxRowGroups {
		return fmt.Errorf("cannot write table %s: more than %d row groups of %d rows", w.name, maxRowGroups, rowGroupRows)
	}
	err := w.each(w.groupRows, func(i int) (err error) {
		w.chunks[i], err = w.columns[i].finish()
		return err
	})
	if err != nil {
		return err
	}
	group := w.metadata.AppendRowGroup()
	var uncompressed int64
	for i, c := range w.columns {
		if err := w.writeChunk(&w.chunks[i], group.NextColumnChunk()); err != nil {
			return w.columnError(i, err)
		}
		uncompressed += w.chunks[i].uncompressed
		c.reset()
	}
	group.SetNumRows(w.groupRows)
	if err := group.Finish(uncompressed, int16(w.groups)); err != nil {
		return fmt.Errorf("cannot write table %s, row group %d: %w", w.name, w.groups, err)
	}
	w.groups++
	w.groupRows = 0
	return nil
}

// writeChunk writes a finished column and tells the metadata where it lies.
func (w *Writer[R]) writeChunk(c *chunk, m *metadata.ColumnChunkMetaDataBuilder) error {
	info := metadata.ChunkMetaInfo{
		NumValues:        c.values,
		IndexPageOffset:  -1, // there is none
		UncompressedSize: c.uncompressed,
		CompressedSize:   int64(len(c.dictionary)) + c.size(),
	}
	encodings := metadata.EncodingStats{DataEncodingStats: map[parquet.Encoding]int32{c.encoding: int32(len(c.extents))}}
	hasDictionary := len(c.dictionary) > 0
	if hasDictionary {
		info.DictPageOffset = w.sink.offset
		encodings.DictEncodingStats = map[parquet.Encoding]int32{parquet.Encodings.Plain: 1}
		if _, err := w.sink.Write(c.dictionary); err != nil {
			return err
		}
	}
	info.DataPageOffset = w.sink.offset
	for _, e := range c.extents {
		if _, err := w.sink.Write(c.data[e.begin:e.end]); err != nil {
			return err
		}
	}
	m.SetStats(c.statistics)
	return m.Finish(info, hasDictionary, false, encodings, nil)
}

// Close writes what is left and the footer, and hands everything to the
// underlying writer, which it does not close. It returns nil only if every
// octet of the file was taken. A second call fails.
func (w *Writer[R]) Close() error {
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	if w.groupRows > 0 {
		if err := w.endRowGroup(); err != nil {
			w.err = err
			return err
		}
	}
	if err := w.writeFooter(); err != nil {
		w.err = fmt.Errorf("cannot write footer of table %s: %w", w.name, err)
		return w.err
	}
	return nil
}

// writeFooter ends the file: the metadata, their length, and the magic number.
func (w *Writer[R]) writeFooter() error {
	footer, err := w.metadata.Finish()
	if err != nil {
		return err
	}
	begin := w.sink.offset
	if _, err := footer.WriteTo(w.sink, nil); err != nil {
		return err
	}
	tail := binary.LittleEndian.AppendUint32(nil, uint32(w.sink.offset-begin))
	if _, err := w.sink.Write(append(tail, magic...)); err != nil {
		return err
	}
	return w.sink.flush()
}
