package element

import "strconv"

// Private enterprise numbers (IANA registry "Private Enterprise Numbers").
const (
	EnterpriseIANA    = 0     // elements of the IANA registry
	EnterpriseCisco   = 9     // ciscoSystems
	EnterpriseHuawei  = 2011  // HUAWEI Technology Co.,Ltd
	EnterpriseJuniper = 2636  // Juniper Networks
	EnterpriseCERT    = 6871  // CERT Coordination Center: YAF
	EnterpriseReverse = 29305 // IPFIX Reverse Information Element, RFC 5103 section 6.1
)

// Variable is the length in a field specifier that says that each value brings its
// own length (RFC 7011 section 7).
const Variable = 65535

// ID identifies an information element.
type ID struct {
	Enterprise uint32 // private enterprise number; 0 for the elements of IANA, 29305 for their reverses
	Number     uint16 // 15 bits in IPFIX; version 9 uses all 16
}

// IANA gives the identifier of an element of IANA's registry.
func IANA(number uint16) ID { return ID{Number: number} }

// Reverse gives the identifier of the reverse of an element of IANA's registry: the
// same quantity of the other direction of a biflow (RFC 5103 section 6.1).
func Reverse(number uint16) ID { return ID{Enterprise: EnterpriseReverse, Number: number} }

// String gives the identifier as column names have it, such as e0_136 or e2011_701.
func (id ID) String() string {
	b := append(make([]byte, 0, 18), 'e')
	b = strconv.AppendUint(b, uint64(id.Enterprise), 10)
	b = append(b, '_')
	return string(strconv.AppendUint(b, uint64(id.Number), 10))
}

// Field is a field specifier of a template: RFC 7011 section 3.2.
type Field struct {
	ID     ID
	Length uint16 // octets of each value, or Variable
}

// Resolver tells the fields of a template of the message that is being read; ok is
// false if the template is not known. Structured data refer to templates
// (RFC 6313 section 4.5.2).
type Resolver func(template uint16) (fields []Field, ok bool)
