package element

import "strings"

// Element is what the registry says of an information element.
type Element struct {
	Name string // as registered, such as octetDeltaCount
	Type Type
}

// Lookup tells what is known of an element: those of IANA's registry, their
// reverses (RFC 5103 section 6.1: the name with "reverse" before it), and some of
// vendors. Of an element that is not known it gives the zero Element, whose values
// are octets.
func Lookup(id ID) (e Element, known bool) {
	switch id.Enterprise {
	case EnterpriseIANA:
		e = ofIANA(id.Number)
	case EnterpriseReverse:
		if e = ofIANA(id.Number); e.Name != "" {
			e.Name = reverseName(e.Name)
		}
	default:
		e = ofVendor(id)
	}
	return e, e.Name != ""
}

// Name gives the registered name of an element, or the identifier in the form of
// ID.String if it is not known.
func Name(id ID) string {
	if e, known := Lookup(id); known {
		return e.Name
	}
	return id.String()
}

func ofIANA(number uint16) Element {
	switch {
	case int(number) < len(iana1):
		return iana1[number]
	case number >= firstOfIANA2 && int(number)-firstOfIANA2 < len(iana2):
		return iana2[number-firstOfIANA2]
	}
	return Element{}
}

// byName finds an element of IANA, or the reverse of one, by its name.
func byName(name string) (id ID, ok bool) {
	if name == "" {
		return ID{}, false
	}
	for number := range uint16(firstOfIANA2 + len(iana2)) {
		switch e := ofIANA(number); {
		case e.Name == "":
		case e.Name == name:
			return IANA(number), true
		case strings.HasPrefix(name, "reverse") && reverseName(e.Name) == name:
			return Reverse(number), true
		}
	}
	return ID{}, false
}

// reverseName names the reverse of an element: RFC 5103 section 6.1.
func reverseName(name string) string {
	return "reverse" + strings.ToUpper(name[:1]) + name[1:]
}
