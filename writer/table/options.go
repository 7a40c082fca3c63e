package table

import (
	"math"
	"net/netip"

	"netstream/aggregate/flow"
)

// Options says what the declarations depend on.
type Options struct {
	// Points gives the names of the observation points of the rows. It must not
	// be nil if rows are read; the declarations themselves need it not.
	Points *flow.Points

	// Names gives the names that exporters give to interfaces, VRFs and
	// applications. It must not be nil if rows with names are read.
	Names *flow.Names

	// Elements are the names of the columns of the information elements that were
	// asked for by number, by their index in Export.Elements. They are the last
	// columns of the flow table and must differ from each other and from all others.
	Elements []string

	// Present are the fields that any row has, those of metered flows
	// (flow.MeteredFields) included if there are such. Columns without their field
	// are declared absent. 0 says that it is not known.
	Present flow.Fields

	// Common are the fields that every row has. Columns of such a field are declared
	// to have no NULL. 0 says that it is not known.
	Common flow.Fields

	// Tunnels says that there can be rows of what runs inside tunnels. Without it the
	// columns that only those have are declared absent.
	Tunnels bool

	// Biflows adds the columns of the reverse direction and of the connection.
	Biflows bool

	// Moments adds the columns of packet lengths, gaps and periods, Early those of the
	// first packets (docs/features.md).
	Moments, Early bool

	// Nanoseconds makes all time stamps TimestampNano instead of TimestampMicro.
	Nanoseconds bool

	// WithMAC adds src_mac and dst_mac to the flow table.
	WithMAC bool

	// Reference says which attributes rows have from reference data; nil if there are no
	// such data. Rows then have Attributes.
	Reference *Reference

	// Key are the fields of the key of metered flows. Those that the 7-tuple does not
	// have add columns to both tables, or take the place of those that show the same of
	// the flow's first packet. 0 is the 7-tuple.
	Key flow.KeyFields

	// Distinct and Peak add columns to the tables of accounting schemes.
	Distinct, Peak bool

	// SpeedOf gives the speed of an exporter's interface in bit/s by its ifIndex, 0 if it
	// is not known. It adds columns of utilization to the tables of schemes with interfaces
	// in their keys; nil leaves them out. The zero Addr is an exporter that is not known.
	SpeedOf func(exporter netip.Addr, index uint32) uint64

	// FirstPacketOf maps the number of a packet within its input, as flow records
	// have it, to what first_packet says; nil if it says that number.
	FirstPacketOf func(input uint32, number uint64) uint64

	// FirstRecordOf maps the number of an exported record within its input to what
	// first_record says; nil if it says that number.
	FirstRecordOf func(input uint32, number uint64) uint64

	// FileOf gives the name of an input by its ordinal. It adds first_file and
	// first_file_packet to the flow table; nil leaves them out, since with them the
	// bytes of the table depend on how captures are named and cut into files.
	FileOf func(input uint32) string
}

// absent tells whether no row can have a cell that takes one field of each of the
// sets.
func (o *Options) absent(needs ...flow.Fields) bool {
	for _, need := range needs {
		if o.Present != 0 && o.Present&need == 0 {
			return true
		}
	}
	return false
}

// always tells whether every row has a cell that takes all of the fields.
func (o *Options) always(needs ...flow.Fields) bool {
	for _, need := range needs {
		if o.Common&need != need {
			return false
		}
	}
	return true
}

// numberOf gives the accessor of a column with numbers of packets or records,
// which of maps unless it is nil.
func numberOf(of func(input uint32, number uint64) uint64) func(*flow.Record) int64 {
	if of == nil {
		return func(r *flow.Record) int64 { return count(r.FirstNumber) }
	}
	return func(r *flow.Record) int64 { return count(of(r.FirstInput, r.FirstNumber)) }
}

// timestampKind is the kind of the time columns under the options.
func (o *Options) timestampKind() Kind {
	if o.Nanoseconds {
		return TimestampNano
	}
	return TimestampMicro
}

// timestamp gives the accessor of a time column: at, in the unit of the options.
func timestamp[R any](o *Options, at func(*R) flow.Timestamp) func(*R) int64 {
	if o.Nanoseconds {
		return func(r *R) int64 { return int64(at(r)) }
	}
	return func(r *R) int64 { return at(r).Microseconds() }
}

// byUnit gives the element that fits the unit of the time columns.
func (o *Options) byUnit(micro, nano Element) []Element {
	if o.Nanoseconds {
		return []Element{nano}
	}
	return []Element{micro}
}

// count converts a counter to a cell. Sums saturate at the end of the int64
// range (docs/metering.md section 2).
func count(v uint64) int64 { return int64(min(v, math.MaxInt64)) }
