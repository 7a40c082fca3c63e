package parquetfile_test

import (
	"bytes"
	"errors"
	"testing"

	"netstream/writer/parquetfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

var errFull = errors.New("no space left on device")

// fullDevice takes a number of octets and then fails, for ever or once. It fails
// the test if it is closed.
type fullDevice struct {
	t     *testing.T
	space int
	once  bool
	taken bytes.Buffer
}

func (d *fullDevice) Write(p []byte) (int, error) {
	if len(p) <= d.space {
		d.space -= len(p)
		return d.taken.Write(p)
	}
	n := d.space
	d.space = 0
	if d.once {
		d.space = 1 << 40
	}
	d.taken.Write(p[:n])
	return n, errFull
}

func (d *fullDevice) Close() error {
	d.t.Error("the writer closed what it writes to")
	return nil
}

// TestFullDevice has the device fail behind every octet of a small file, and
// behind every 997th of a wider one: there must be an error each time, and
// success if there is just enough space.
func TestFullDevice(t *testing.T) {
	ledger, flows := table.Ledger(), table.Flows(rowtest.Options())
	ledgerRows, flowRows := rowtest.Ledger(20, 1), rowtest.Wild(40, 1)
	checkFullDevice(t, table.LedgerTable, ledger, ledgerRows, 1, false)
	checkFullDevice(t, table.LedgerTable, ledger, ledgerRows, 5, true)
	checkFullDevice(t, table.FlowTable, flows, flowRows, 997, false)
	checkFullDevice(t, table.FlowTable, flows, flowRows, 997, true)
}

func checkFullDevice[R any](t *testing.T, name string, columns []table.Column[R], rows []R, step int, once bool) {
	t.Helper()
	size := len(write(t, name, columns, rows, 7))
	for space := 0; space < size; space += step {
		if err := writeTo(&fullDevice{t: t, space: space, once: once}, name, columns, rows); !errors.Is(err, errFull) {
			t.Fatalf("table %s, space %d of %d, once %t: got %v, want %v", name, space, size, once, err, errFull)
		}
	}
	device := &fullDevice{t: t, space: size, once: once}
	if err := writeTo(device, name, columns, rows); err != nil || device.taken.Len() != size {
		t.Errorf("table %s, space for all: %d octets of %d, %v", name, device.taken.Len(), size, err)
	}
}

// writeTo gives the first error.
func writeTo[R any](device *fullDevice, name string, columns []table.Column[R], rows []R) error {
	w, err := parquetfile.New(device, name, columns)
	if err != nil {
		return err
	}
	err = w.WriteBatch(rows)
	closing := w.Close()
	if err != nil && !errors.Is(closing, errFull) {
		device.t.Fatalf("Close after an error gives %v", closing)
	}
	return closing
}

// TestFullDeviceLarge fails in and behind row groups, which are larger than all
// buffers.
func TestFullDeviceLarge(t *testing.T) {
	columns := table.Flows(rowtest.Options())
	rows := rowtest.Flows(140_000, 1)
	size := len(write(t, table.FlowTable, columns, rows, len(rows)))
	for i := range 8 {
		space := size * i / 8
		device := &fullDevice{t: t, space: space, once: i%2 == 0}
		if err := writeTo(device, table.FlowTable, columns, rows); !errors.Is(err, errFull) {
			t.Errorf("space %d of %d: got %v, want %v", space, size, err, errFull)
		}
	}
}

func TestClosed(t *testing.T) {
	w, err := parquetfile.New(&bytes.Buffer{}, table.LedgerTable, table.Ledger())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("second Close succeeds")
	}
	if err := w.Write(&table.LedgerRow{}); err == nil {
		t.Error("Write after Close succeeds")
	}
}
