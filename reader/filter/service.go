package filter

import "netstream/reader/service"

// serviceOf gives the port of a name, and the IP protocol that it is of:
// transportAny if TCP and UDP have the same port of that name. A number is a name
// of itself.
func serviceOf(name string) (port uint16, transport uint32, ok bool) {
	if number, isNumber := decimal(name); isNumber {
		return number, transportAny, true
	}
	s, found := service.Lookup(name)
	if !found {
		return 0, 0, false
	}
	switch {
	case s.TCP == s.UDP:
		return s.TCP, transportAny, true
	case s.TCP != 0:
		return s.TCP, ipTCP, true
	default:
		return s.UDP, ipUDP, true
	}
}

// decimal reads a port number.
func decimal(text string) (number uint16, ok bool) {
	value := 0
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' || value > 0xffff {
			return 0, false
		}
		value = value*10 + int(text[i]-'0')
	}
	return uint16(value), text != "" && value <= 0xffff
}
