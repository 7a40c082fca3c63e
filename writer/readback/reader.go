package readback

import (
	"fmt"
	"io"

	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/reader"
)

// batchRows is the number of values that are taken from parquet-go at a time.
const batchRows = 16384

// magic ends a Parquet file.
const magic = "PAR1"

// tableReader reads the columns of one table.
type tableReader struct {
	path    string
	file    *tableFile
	parquet *reader.ParquetReader
}

func open(path string) (*tableReader, error) {
	if err := checkTail(path); err != nil {
		return nil, fmt.Errorf("cannot read back table %s: %w", path, err)
	}
	file, err := openTable(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read back table: %w", err)
	}
	t := &tableReader{path: path, file: file}
	err = guard(func() (err error) {
		t.parquet, err = reader.NewParquetColumnReader(file, 1)
		return err
	})
	if err == nil {
		err = t.checkFooter()
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("cannot read back footer of table %s: %w", path, err)
	}
	return t, nil
}

// checkTail checks that the file ends as a Parquet file does, with a footer that
// fits into it and is within bounds. parquet-go does not.
func checkTail(path string) error {
	f, err := OpenRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	const least = int64(len(magic) + 4 + len(magic))
	if info.Size() < least {
		return fmt.Errorf("%d octets, a Parquet file has at least %d", info.Size(), least)
	}
	var tail [8]byte
	if _, err := f.ReadAt(tail[:], info.Size()-8); err != nil {
		return err
	}
	if string(tail[4:]) != magic {
		return fmt.Errorf("ends in %q, want %q: the footer is missing", tail[4:], magic)
	}
	footer := int64(tail[0]) | int64(tail[1])<<8 | int64(tail[2])<<16 | int64(tail[3])<<24
	if footer > info.Size()-least {
		return fmt.Errorf("footer of %d octets in a file of %d", footer, info.Size())
	}
	if footer > maxFooter {
		return fmt.Errorf("footer of %d octets, want at most %d", footer, maxFooter)
	}
	content := make([]byte, footer)
	if _, err := f.ReadAt(content, info.Size()-8-footer); err != nil {
		return err
	}
	return checkFooterBounds(content)
}

// checkFooter checks that the parts of the footer fit together, as far as what
// follows relies on it.
func (t *tableReader) checkFooter() error {
	footer, columns := t.parquet.Footer, t.parquet.SchemaHandler.GetColumnNum()
	var rows int64
	for i, group := range footer.RowGroups {
		rows += group.NumRows
		if int64(len(group.Columns)) != columns {
			return fmt.Errorf("row group %d has %d columns, want %d", i, len(group.Columns), columns)
		}
		for _, chunk := range group.Columns {
			if chunk.MetaData == nil {
				return fmt.Errorf("row group %d has a column without metadata", i)
			}
			if chunk.MetaData.NumValues != group.NumRows {
				return fmt.Errorf("row group %d has %d rows, but a column of %d values", i, group.NumRows, chunk.MetaData.NumValues)
			}
		}
	}
	if rows != footer.NumRows {
		return fmt.Errorf("row groups have %d rows in all, the footer says %d", rows, footer.NumRows)
	}
	return nil
}

func (t *tableReader) Close() error {
	for _, buffer := range t.parquet.ColumnBuffers {
		if buffer != nil {
			_ = buffer.PFile.Close() // read only: nothing can be lost
		}
	}
	return t.file.Close()
}

// element gives the schema element of a column, with its own name: parquet-go
// renames the elements of its schema.
func (t *tableReader) element(column int) (name string, element *parquet.SchemaElement) {
	schema := t.parquet.SchemaHandler
	index := schema.MapIndex[schema.ValueColumns[column]]
	return schema.GetExName(int(index)), schema.SchemaElements[index]
}

// read hands the values of the first rows of a column to take in their order, a
// batch at a time, as parquet-go has them: nil for NULL, else int32, int64, float64
// or string. It checks their number.
func (t *tableReader) read(column int, rows int64, take func(values []interface{}) error) error {
	if err := t.checkPages(column, rows); err != nil {
		return err
	}
	if err := t.next(column, rows, take); err != nil {
		return err
	}
	t.release(column)
	return nil
}

// next hands the values of the next rows of a column to take, as read does, and lets
// the column be open. The pages must have been checked.
func (t *tableReader) next(column int, rows int64, take func(values []interface{}) error) error {
	var got int64
	for got < rows {
		var values []interface{}
		err := guard(func() (err error) {
			values, _, _, err = t.parquet.ReadColumnByIndex(int64(column), min(batchRows, rows-got))
			return err
		})
		if err != nil {
			return err
		}
		if len(values) == 0 {
			return fmt.Errorf("%d values, want %d: %w", got, rows, io.ErrUnexpectedEOF)
		}
		got += int64(len(values))
		if err := take(values); err != nil {
			return err
		}
	}
	return nil
}

// release closes what a column was read with, so that not all columns of a wide
// table are open at the same time.
func (t *tableReader) release(column int) {
	path := t.parquet.SchemaHandler.ValueColumns[column]
	if buffer := t.parquet.ColumnBuffers[path]; buffer != nil {
		_ = buffer.PFile.Close()
		delete(t.parquet.ColumnBuffers, path)
	}
}

// guard turns a panic of parquet-go into an error. It indexes by what it finds
// in the file, so a damaged table makes it panic, and a table that cannot be
// verified must be told from a program that failed.
func guard(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("table is damaged: %v", p)
		}
	}()
	return read()
}
