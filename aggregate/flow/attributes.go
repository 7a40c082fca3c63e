package flow

// Attributes are what reference data say of a flow: of its addresses, ports, class of
// service and interfaces. Texts are numbers in the table of texts of the reference data;
// 0 is none. What is not known is 0.
type Attributes struct {
	// Has says which of these four are known: FieldSourceAS, FieldDestinationAS,
	// FieldSourceMask and FieldDestinationMask. They are the exporter's or those of the
	// longest matching prefix, as docs/enrichment.md says.
	Has                         Fields
	SourceAS, DestinationAS     uint32
	SourceMask, DestinationMask uint8 // bits

	SourceASName, DestinationASName   uint32
	SourceCountry, DestinationCountry uint32

	// SourceLabels and DestinationLabels are texts of the user, one a column of labels.
	SourceLabels, DestinationLabels []uint32

	// InIfName and OutIfName are numbers in the run's [Names]: the exporter's name of the
	// interface, or that of the reference data if it gives none.
	InIfName, OutIfName uint32
	InSpeed, OutSpeed   uint64 // of the interfaces, in bit/s

	Service     uint32 // name of the port that is the service's
	ServiceSide Side   // which side has that port
	Class       uint32 // name of the class of service
}

// Side is a side of a flow.
type Side uint8

// The sides.
const (
	NoSide Side = iota
	SourceSide
	DestinationSide
)

// String gives the name of the side as the column service_side has it.
func (s Side) String() string {
	switch s {
	case SourceSide:
		return "src"
	case DestinationSide:
		return "dst"
	}
	return "none"
}
