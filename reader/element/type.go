package element

// Type is the abstract data type of an information element: RFC 7012 section 3.1
// and RFC 6313 section 4.1, without the widths of numbers. Exporters shorten
// numbers (RFC 7011 section 6.2) and some widen them, so the length of a value is
// that of its template and never that of its type.
type Type uint8

// The types.
const (
	Octets               Type = iota // octetArray, and all elements that are not known
	Unsigned                         // unsigned8 to unsigned256
	Signed                           // signed8 to signed64, two's complement
	Float                            // float32, float64: IEEE 754
	Boolean                          // boolean: 1 true, 2 false
	MAC                              // macAddress: 6 octets
	Text                             // string: UTF-8
	Seconds                          // dateTimeSeconds: 4 octets, seconds since the Unix epoch
	Milliseconds                     // dateTimeMilliseconds: 8 octets, milliseconds since the Unix epoch
	Microseconds                     // dateTimeMicroseconds: 8 octets, NTP time stamp
	Nanoseconds                      // dateTimeNanoseconds: 8 octets, NTP time stamp
	IPv4                             // ipv4Address: 4 octets
	IPv6                             // ipv6Address: 16 octets
	BasicList                        // basicList
	SubTemplateList                  // subTemplateList
	SubTemplateMultiList             // subTemplateMultiList
)

// String gives the name of the type, without the width of numbers, as RFC 7012 and
// RFC 6313 have it.
func (t Type) String() string {
	switch t {
	case Octets:
		return "octetArray"
	case Unsigned:
		return "unsigned"
	case Signed:
		return "signed"
	case Float:
		return "float"
	case Boolean:
		return "boolean"
	case MAC:
		return "macAddress"
	case Text:
		return "string"
	case Seconds:
		return "dateTimeSeconds"
	case Milliseconds:
		return "dateTimeMilliseconds"
	case Microseconds:
		return "dateTimeMicroseconds"
	case Nanoseconds:
		return "dateTimeNanoseconds"
	case IPv4:
		return "ipv4Address"
	case IPv6:
		return "ipv6Address"
	case BasicList:
		return "basicList"
	case SubTemplateList:
		return "subTemplateList"
	case SubTemplateMultiList:
		return "subTemplateMultiList"
	}
	return "unknown"
}

// Structured says whether values of the type are lists of RFC 6313.
func (t Type) Structured() bool {
	return t == BasicList || t == SubTemplateList || t == SubTemplateMultiList
}
