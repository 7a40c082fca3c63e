package element

// ApplicationSelectorBits is the width of the selector in the numbers that
// ParseApplication gives.
const ApplicationSelectorBits = 56

// ParseApplication reads a value of applicationId (95): one octet of classification
// engine, then the selector (RFC 6759 section 4.1). The engine comes into the top
// octet of the number, the selector into the lower seven. Selectors are numbers
// whose length differs from engine to engine. ok is false if there is no engine,
// or the selector does not fit into seven octets.
func ParseApplication(value []byte) (application uint64, ok bool) {
	if len(value) == 0 {
		return 0, false
	}
	for _, octet := range value[1:] {
		if application>>(ApplicationSelectorBits-8) != 0 {
			return 0, false
		}
		application = application<<8 | uint64(octet)
	}
	return uint64(value[0])<<ApplicationSelectorBits | application, true
}
