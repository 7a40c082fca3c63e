package readback

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Bounds of a footer, which parquet-go makes room for as it says.
const (
	maxFooter     = 128 << 20 // octets; a row group of 80 columns has about 10 KiB
	maxColumns    = 4096
	maxColumnName = 1024 // octets
	maxNesting    = 16   // structures inside of each other
	leastStruct   = 4    // octets that structures have on average, at least
)

// The types of Thrift's compact protocol.
const (
	thriftTrue = iota + 1
	thriftFalse
	thriftI8
	thriftI16
	thriftI32
	thriftI64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
)

// Fields of a footer (parquet.thrift).
const (
	fieldSchema   = 2 // of FileMetaData: its schema elements
	fieldName     = 4 // of SchemaElement
	fieldChildren = 5 // of SchemaElement
)

var errFooterCut = errors.New("footer is cut off")

// checkFooterBounds walks through the structures of a footer as far as it takes to know what parquet-go will
// make room for: lists must have no more elements than there are octets, and the schema must be as those
// of the writer are, a root with columns and nothing deeper. Paths of a deep schema
// take room that grows with the square of its depth.
func checkFooterBounds(footer []byte) error {
	w := &thriftWalker{src: footer, left: len(footer)/leastStruct + maxNesting}
	err := w.structure(0, func(field int, kind byte) (bool, error) {
		if field != fieldSchema || kind != thriftList {
			return false, nil
		}
		return true, w.schema()
	})
	if err == nil && len(w.src) > 0 {
		err = fmt.Errorf("%d octets behind the footer", len(w.src))
	}
	return err
}

// thriftWalker walks through values of Thrift's compact protocol.
type thriftWalker struct {
	src  []byte
	left int // structures that may still come
}

// schema walks through the list of schema elements.
func (w *thriftWalker) schema() error {
	size, kind, err := w.listHead()
	if err != nil {
		return err
	}
	if kind != thriftStruct || size < 1 || size > maxColumns+1 {
		return fmt.Errorf("schema of %d elements of type %d, want a root and at most %d columns", size, kind, maxColumns)
	}
	for i := range size {
		children := int64(0)
		err := w.structure(1, func(field int, kind byte) (handled bool, err error) {
			switch {
			case field == fieldChildren && kind == thriftI32:
				children, err = w.varint()
				return true, err
			case field == fieldName && kind == thriftBinary:
				length, err := w.binary()
				if err == nil && length > maxColumnName {
					err = fmt.Errorf("column name of %d octets, want at most %d", length, maxColumnName)
				}
				return true, err
			}
			return false, nil
		})
		if err != nil {
			return err
		}
		if i == 0 && children != int64(size-1) || i > 0 && children != 0 {
			return fmt.Errorf("schema element %d of %d has %d children: the schema is not flat", i, size, children)
		}
	}
	return nil
}

// structure walks through a structure. What visit does not take is skipped.
func (w *thriftWalker) structure(depth int, visit func(field int, kind byte) (handled bool, err error)) error {
	if w.left--; w.left < 0 {
		return errors.New("footer has too many structures for its octets")
	}
	if depth > maxNesting {
		return fmt.Errorf("footer has structures nested deeper than %d", maxNesting)
	}
	field := int64(0)
	for {
		head, err := w.octet()
		if err != nil || head == 0 {
			return err
		}
		if delta := head >> 4; delta > 0 {
			field += int64(delta)
		} else if field, err = w.varint(); err != nil {
			return err
		}
		kind, handled := head&15, false
		if visit != nil {
			if handled, err = visit(int(field), kind); err != nil {
				return err
			}
		}
		if !handled && kind != thriftTrue && kind != thriftFalse { // these have their value in the head
			if err := w.skip(depth+1, kind); err != nil {
				return err
			}
		}
	}
}

// skip walks through a value.
func (w *thriftWalker) skip(depth int, kind byte) (err error) {
	if depth > maxNesting {
		return fmt.Errorf("footer has values nested deeper than %d", maxNesting)
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftI8: // in a list
		_, err = w.octet()
	case thriftI16, thriftI32, thriftI64:
		_, err = w.varint()
	case thriftDouble:
		err = w.drop(8)
	case thriftBinary:
		_, err = w.binary()
	case thriftList, thriftSet:
		var size int
		if size, kind, err = w.listHead(); err != nil {
			return err
		}
		for range size {
			if err := w.skip(depth+1, kind); err != nil {
				return err
			}
		}
	case thriftStruct:
		err = w.structure(depth+1, nil)
	default: // a map, of which a footer has none
		err = fmt.Errorf("footer has a value of type %d", kind)
	}
	return err
}

// listHead gives the number and type of the elements of a list. Each takes an octet at least.
func (w *thriftWalker) listHead() (size int, kind byte, err error) {
	head, err := w.octet()
	if err != nil {
		return 0, 0, err
	}
	long := uint64(head >> 4)
	if long == 15 {
		if long, err = w.uvarint(); err != nil {
			return 0, 0, err
		}
	}
	if long > uint64(len(w.src)) {
		return 0, 0, fmt.Errorf("footer has a list of %d elements in %d octets", long, len(w.src))
	}
	return int(long), head & 15, nil
}

// binary walks through octets behind their length, which it gives.
func (w *thriftWalker) binary() (length int, err error) {
	long, err := w.uvarint()
	if err != nil {
		return 0, err
	}
	if long > uint64(len(w.src)) {
		return 0, fmt.Errorf("footer has a text of %d octets in %d", long, len(w.src))
	}
	return int(long), w.drop(int(long))
}

func (w *thriftWalker) octet() (byte, error) {
	if len(w.src) == 0 {
		return 0, errFooterCut
	}
	octet := w.src[0]
	w.src = w.src[1:]
	return octet, nil
}

func (w *thriftWalker) uvarint() (uint64, error) {
	v, n := binary.Uvarint(w.src)
	if n <= 0 {
		return 0, errFooterCut
	}
	w.src = w.src[n:]
	return v, nil
}

func (w *thriftWalker) varint() (int64, error) {
	v, err := w.uvarint()
	return int64(v>>1) ^ -int64(v&1), err
}

func (w *thriftWalker) drop(octets int) error {
	if octets > len(w.src) {
		return errFooterCut
	}
	w.src = w.src[octets:]
	return nil
}
