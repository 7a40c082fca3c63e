package filter

// Masks of the frame control field (IEEE 802.11-2020, section 9.2.4.1).
const (
	typeMask      = 0x0c
	subtypeMask   = 0xf0
	directionMask = 0x03 // of its second octet
)

const (
	typeManagement = 0x00
	typeControl    = 0x04
	typeData       = 0x08

	subtypeCTS = 0xc0
	subtypeACK = 0xd0
)

var wirelessTypes = [...]namedValue{
	{"data", typeData}, {"mgt", typeManagement}, {"management", typeManagement}, {"ctl", typeControl}, {"control", typeControl},
}

var managementSubtypes = [...]namedValue{
	{"assocreq", 0x00}, {"assoc-req", 0x00}, {"assocresp", 0x10}, {"assoc-resp", 0x10},
	{"reassocreq", 0x20}, {"reassoc-req", 0x20}, {"reassocresp", 0x30}, {"reassoc-resp", 0x30},
	{"probereq", 0x40}, {"probe-req", 0x40}, {"proberesp", 0x50}, {"probe-resp", 0x50},
	{"beacon", 0x80}, {"atim", 0x90}, {"disassoc", 0xa0}, {"disassociation", 0xa0},
	{"auth", 0xb0}, {"authentication", 0xb0}, {"deauth", 0xc0}, {"deauthentication", 0xc0},
}

var controlSubtypes = [...]namedValue{
	{"ps-poll", 0xa0}, {"rts", 0xb0}, {"cts", subtypeCTS}, {"ack", subtypeACK}, {"cf-end", 0xe0}, {"cf-end-ack", 0xf0},
}

var dataSubtypes = [...]namedValue{
	{"data", 0x00}, {"data-cf-ack", 0x10}, {"data-cf-poll", 0x20}, {"data-cf-ack-poll", 0x30},
	{"null", 0x40}, {"cf-ack", 0x50}, {"cf-poll", 0x60}, {"cf-ack-poll", 0x70},
	{"qos-data", 0x80}, {"qos-data-cf-ack", 0x90}, {"qos-data-cf-poll", 0xa0}, {"qos-data-cf-ack-poll", 0xb0},
	{"qos", 0xc0}, {"qos-cf-poll", 0xe0}, {"qos-cf-ack-poll", 0xf0},
}

func typeOf(name string) (uint32, bool) { return valueOf(wirelessTypes[:], name) }

func subtypeOfType(wirelessType uint32, name string) (uint32, bool) {
	switch wirelessType {
	case typeManagement:
		return valueOf(managementSubtypes[:], name)
	case typeControl:
		return valueOf(controlSubtypes[:], name)
	case typeData:
		return valueOf(dataSubtypes[:], name)
	}
	return 0, false
}

// subtypeOf gives the type and the subtype of a name, which is looked for in
// management, control and data frames, in this order.
func subtypeOf(name string) (uint32, bool) {
	for _, wirelessType := range []uint32{typeManagement, typeControl, typeData} {
		if value, ok := subtypeOfType(wirelessType, name); ok {
			return wirelessType | value, true
		}
	}
	return 0, false
}

// distributionOf gives the bits To DS and From DS of a name.
func distributionOf(name string) (uint32, bool) {
	return valueOf([]namedValue{{"nods", 0}, {"tods", 1}, {"fromds", 2}, {"dstods", 3}}, name)
}

// linkControlOf gives the value and the mask of the LLC control field for the
// name of a kind of frame (IEEE 802.2, section 5.4).
func linkControlOf(name string) (value, mask uint32, ok bool) {
	const supervisory, unnumbered = 0x0f, 0xef
	switch name {
	case "s":
		return 1, 3, true
	case "u":
		return 3, 3, true
	case "rr":
		return 0x01, supervisory, true
	case "rnr":
		return 0x05, supervisory, true
	case "rej":
		return 0x09, supervisory, true
	case "ui":
		return 0x03, unnumbered, true
	case "ua":
		return 0x63, unnumbered, true
	case "disc":
		return 0x43, unnumbered, true
	case "dm":
		return 0x0f, unnumbered, true
	case "sabme":
		return 0x6f, unnumbered, true
	case "test":
		return 0xe3, unnumbered, true
	case "xid":
		return 0xaf, unnumbered, true
	case "frmr":
		return 0x87, unnumbered, true
	}
	return 0, 0, false
}
