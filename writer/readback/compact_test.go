package readback

import (
	"encoding/binary"

	"github.com/xitongsys/parquet-go/parquet"
)

// compact writes structures in Thrift's compact protocol, with the fields of the Parquet format that tests need.
type compact []byte

// field begins a field, with its number in full.
func (c *compact) field(number int64, kind byte) {
	*c = binary.AppendVarint(append(*c, kind), number)
}

func (c *compact) integer(number int64, kind byte, v int64) {
	c.field(number, kind)
	*c = binary.AppendVarint(*c, v)
}

func (c *compact) text(s string) {
	*c = append(binary.AppendUvarint(*c, uint64(len(s))), s...)
}

// list begins a list of so many elements.
func (c *compact) list(number int64, kind byte, size int) {
	c.field(number, thriftList)
	*c = binary.AppendUvarint(append(*c, 15<<4|kind), uint64(size))
}

// end ends a structure.
func (c *compact) end() { *c = append(*c, 0) }

// encodedFooter gives the fields of a footer that parquet-go cannot do without.
func encodedFooter(f *parquet.FileMetaData) compact {
	var c compact
	c.integer(1, thriftI32, int64(f.Version))
	c.list(fieldSchema, thriftStruct, len(f.Schema))
	for _, e := range f.Schema {
		if e.Type != nil {
			c.integer(1, thriftI32, int64(*e.Type))
		}
		if e.RepetitionType != nil {
			c.integer(3, thriftI32, int64(*e.RepetitionType))
		}
		c.field(fieldName, thriftBinary)
		c.text(e.Name)
		if e.NumChildren != nil {
			c.integer(fieldChildren, thriftI32, int64(*e.NumChildren))
		}
		c.end()
	}
	c.integer(3, thriftI64, f.NumRows)
	c.list(4, thriftStruct, len(f.RowGroups))
	for _, g := range f.RowGroups {
		c.list(1, thriftStruct, len(g.Columns))
		for _, chunk := range g.Columns {
			c.integer(2, thriftI64, chunk.FileOffset)
			c.field(3, thriftStruct)
			c.chunk(chunk.MetaData)
			c.end()
		}
		c.integer(2, thriftI64, g.TotalByteSize)
		c.integer(3, thriftI64, g.NumRows)
		c.end()
	}
	c.end()
	return c
}

func (c *compact) chunk(m *parquet.ColumnMetaData) {
	c.integer(1, thriftI32, int64(m.Type))
	c.list(2, thriftI32, len(m.Encodings))
	c.list(3, thriftBinary, len(m.PathInSchema))
	for _, s := range m.PathInSchema {
		c.text(s)
	}
	c.integer(4, thriftI32, int64(m.Codec))
	c.integer(5, thriftI64, m.NumValues)
	c.integer(6, thriftI64, m.TotalUncompressedSize)
	c.integer(7, thriftI64, m.TotalCompressedSize)
	c.integer(9, thriftI64, m.DataPageOffset)
	c.end()
}

// encodedHeader gives the header of a data page.
func encodedHeader(h *parquet.PageHeader) compact {
	var c compact
	c.integer(1, thriftI32, int64(h.Type))
	c.integer(2, thriftI32, int64(h.UncompressedPageSize))
	c.integer(3, thriftI32, int64(h.CompressedPageSize))
	c.integer(4, thriftI32, int64(*h.Crc))
	c.field(5, thriftStruct)
	for number, v := range []int64{
		int64(h.DataPageHeader.NumValues), int64(h.DataPageHeader.Encoding),
		int64(h.DataPageHeader.DefinitionLevelEncoding), int64(h.DataPageHeader.RepetitionLevelEncoding),
	} {
		c.integer(int64(number+1), thriftI32, v)
	}
	c.end()
	c.end()
	return c
}
