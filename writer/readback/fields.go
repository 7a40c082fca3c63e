package readback

import (
	"fmt"

	"github.com/xitongsys/parquet-go/parquet"

	"netstream/writer/table"
)

// Field is a column as the footer of a file declares it.
type Field struct {
	Name     string
	Type     string // as table.Kind words it; a Parquet type that no kind has by its own name
	Nullable bool
}

// Fields gives the columns of a table from its footer alone.
func Fields(path string) ([]Field, error) {
	t, err := open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	var fields []Field
	for i := range t.parquet.SchemaHandler.ValueColumns {
		name, element := t.element(i)
		f := Field{Name: name, Type: typeName(element), Nullable: element.GetRepetitionType() == parquet.FieldRepetitionType_OPTIONAL}
		if element.GetRepetitionType() == parquet.FieldRepetitionType_REPEATED {
			f.Type = "repeated " + f.Type
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// typeName gives the name of the kind that a column has in the file.
func typeName(e *parquet.SchemaElement) string {
	kind := table.Kind(0xff)
	converted := e.ConvertedType
	switch physical := e.GetType(); {
	case physical == parquet.Type_INT32 && converted != nil:
		switch *converted {
		case parquet.ConvertedType_UINT_8:
			kind = table.Uint8
		case parquet.ConvertedType_UINT_16:
			kind = table.Uint16
		case parquet.ConvertedType_UINT_32:
			kind = table.Uint32
		}
	case physical == parquet.Type_INT64:
		kind = kindOf64(e)
	case physical == parquet.Type_BYTE_ARRAY && converted != nil && *converted == parquet.ConvertedType_UTF8:
		kind = table.Text
	case physical == parquet.Type_DOUBLE:
		kind = table.Float64
	case physical == parquet.Type_BOOLEAN:
		kind = table.Bool
	}
	if _, known := table.KindOf(kind.String()); known {
		return kind.String()
	}
	if converted != nil {
		return fmt.Sprintf("%v %v", e.GetType(), *converted)
	}
	return e.GetType().String()
}

// kindOf64 tells integers of 64 bits from time stamps. Nanoseconds have no converted
// type.
func kindOf64(e *parquet.SchemaElement) table.Kind {
	if e.LogicalType != nil && e.LogicalType.TIMESTAMP != nil {
		stamp := e.LogicalType.TIMESTAMP
		switch unit := stamp.Unit; {
		case unit == nil:
		case unit.MICROS != nil && stamp.IsAdjustedToUTC:
			return table.TimestampMicro
		case unit.NANOS != nil && !stamp.IsAdjustedToUTC:
			return table.TimestampNano
		}
		return table.Kind(0xff)
	}
	if e.ConvertedType != nil && *e.ConvertedType != parquet.ConvertedType_INT_64 {
		return table.Kind(0xff)
	}
	return table.Int64
}
