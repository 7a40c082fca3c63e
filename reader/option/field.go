package option

import "netstream/reader/element"

// Field is one field of an options data record.
type Field struct {
	ID    element.ID
	Scope bool   // the field says of what the others tell
	Value []byte // in network byte order; not kept
}

// Scope types of version 9: RFC 3954 section 6.1.
const (
	scopeSystem    = 1
	scopeInterface = 2
	scopeLineCard  = 3
	scopeCache     = 4
	scopeTemplate  = 5
)

// Elements of IANA's registry that options are about.
const (
	ingressInterface           = 10
	egressInterface            = 14
	samplerID                  = 48
	flowDirection              = 61
	interfaceName              = 82
	interfaceDescription       = 83
	samplerName                = 84
	applicationDescription     = 94
	applicationID              = 95
	applicationName            = 96
	lineCardID                 = 141
	meteringProcessID          = 143
	exportingProcessID         = 144
	templateID                 = 145
	observationDomainID        = 149
	systemInitTimeMilliseconds = 160
	ingressVRFID               = 234
	egressVRFID                = 235
	vrfName                    = 236
	selectionSequenceID        = 301
	selectorID                 = 302
	selectorName               = 335
)

// Version9Scope gives the element that says the same as a scope type of version 9.
// Interface is ingressInterface (10), line card lineCardId (141), template
// templateId (145). System is the exporter as a whole, exportingProcessId (144),
// and cache what fills it, meteringProcessId (143): neither has a counterpart, and
// of both only that they are scopes of their kind matters. Other types are elements
// by their own number, as some exporters have it (ingressVRFID, 234).
func Version9Scope(kind uint16) element.ID {
	switch kind {
	case scopeSystem:
		return element.IANA(exportingProcessID)
	case scopeInterface:
		return element.IANA(ingressInterface)
	case scopeLineCard:
		return element.IANA(lineCardID)
	case scopeCache:
		return element.IANA(meteringProcessID)
	case scopeTemplate:
		return element.IANA(templateID)
	}
	return element.IANA(kind)
}
