package parquetfile

import (
	"fmt"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// createdBy is the application that files name as their writer. It has no
// version, so that the octets of a file do not change with the build.
const createdBy = "netstream"

// physicalType gives the Parquet type that cells of a kind are stored as.
func physicalType(kind table.Kind) parquet.Type {
	switch kind {
	case table.Uint8, table.Uint16, table.Uint32:
		return parquet.Types.Int32
	case table.Text:
		return parquet.Types.ByteArray
	case table.Float64:
		return parquet.Types.Double
	case table.Bool:
		return parquet.Types.Boolean
	}
	return parquet.Types.Int64
}

// logicalType gives the Parquet logical type of a kind. Nanoseconds are not
// marked as UTC: common readers cut zoned ones to microseconds.
func logicalType(kind table.Kind) schema.LogicalType {
	switch kind {
	case table.Uint8:
		return schema.NewIntLogicalType(8, false)
	case table.Uint16:
		return schema.NewIntLogicalType(16, false)
	case table.Uint32:
		return schema.NewIntLogicalType(32, false)
	case table.TimestampMicro:
		return schema.NewTimestampLogicalType(true, schema.TimeUnitMicros)
	case table.TimestampNano:
		return schema.NewTimestampLogicalType(false, schema.TimeUnitNanos)
	case table.Text:
		return schema.StringLogicalType{}
	case table.Float64, table.Bool:
		return schema.NoLogicalType{}
	}
	return schema.NewIntLogicalType(64, true)
}

// encodingOf gives the encoding of a column's data pages, unless the first one of a row group decides for another.
func encodingOf[R any](c *table.Column[R]) parquet.Encoding {
	switch {
	case c.Text != nil:
		return parquet.Encodings.DeltaByteArray
	case c.Symbol != nil || c.Pattern == table.Repetitive || c.Pattern == table.Scattered:
		return parquet.Encodings.RLEDict
	case c.Pattern == table.Near && physicalType(c.Kind) == parquet.Types.Int64:
		return parquet.Encodings.DeltaBinaryPacked
	}
	return parquet.Encodings.Plain
}

// compressed tells whether a column's pages are compressed. Hash values would
// only become longer.
func compressed[R any](c *table.Column[R]) bool { return c.Pattern != table.Random }

// newSchema gives the Parquet schema of a table. Its root is required: Arrow's
// default, a repeated root, makes some readers see lists of rows.
func newSchema[R any](columns []table.Column[R]) (*schema.Schema, error) {
	fields := make(schema.FieldList, len(columns))
	for i := range columns {
		c := &columns[i]
		repetition := parquet.Repetitions.Required
		if c.Nullable() {
			repetition = parquet.Repetitions.Optional
		}
		node, err := schema.NewPrimitiveNodeLogical(c.Name, repetition, logicalType(c.Kind), physicalType(c.Kind), -1, -1)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		fields[i] = node
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return nil, err
	}
	return schema.NewSchema(root), nil
}

// newProperties says to Arrow's metadata what the pages will be.
func newProperties[R any](columns []table.Column[R]) *parquet.WriterProperties {
	options := []parquet.WriterProperty{
		parquet.WithCreatedBy(createdBy),
		parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithDictionaryDefault(false),
	}
	for i := range columns {
		c := &columns[i]
		codec := compress.Codecs.Uncompressed
		if compressed(c) {
			codec = compress.Codecs.Zstd
		}
		options = append(options, parquet.WithCompressionFor(c.Name, codec))
		e := encodingOf(c)
		switch { // of row groups without dictionary
		case c.Symbol != nil:
			e = parquet.Encodings.DeltaByteArray
		case c.Pattern == table.Scattered:
			e = parquet.Encodings.DeltaBinaryPacked
		}
		if e != parquet.Encodings.RLEDict {
			options = append(options, parquet.WithEncodingFor(c.Name, e))
		}
	}
	return parquet.NewWriterProperties(options...)
}

// newMetadata begins the metadata of a file.
func newMetadata[R any](name string, columns []table.Column[R]) (*metadata.FileMetaDataBuilder, error) {
	s, err := newSchema(columns)
	if err != nil {
		return nil, err
	}
	pairs, err := table.Metadata(name, columns)
	if err != nil {
		return nil, err
	}
	keyValues := metadata.NewKeyValueMetadata()
	for _, p := range pairs {
		if err := keyValues.Append(p.Key, p.Value); err != nil {
			return nil, err
		}
	}
	return metadata.NewFileMetadataBuilder(s, newProperties(columns), keyValues), nil
}
