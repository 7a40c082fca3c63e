package element

// ofVendor tells what is known of elements outside IANA's registry. The list is
// short because vendors publish few: Cisco's are those of its AVC records, CERT's
// those of YAF. Huawei uses numbers from 200 on whose meaning it has not published.
func ofVendor(id ID) Element {
	switch id.Enterprise {
	case EnterpriseCisco:
		return ofCisco(id.Number)
	case EnterpriseHuawei:
		switch id.Number {
		case 1:
			return Element{"ingressGponGemPortId", Unsigned}
		case 2:
			return Element{"egressGponGemPortId", Unsigned}
		}
	case EnterpriseJuniper:
		if id.Number == 137 {
			return Element{"cpid", Unsigned}
		}
	case EnterpriseCERT:
		return ofCERT(id.Number)
	}
	return Element{}
}

func ofCisco(number uint16) Element {
	switch number {
	case 8233:
		return Element{"c3plClassName", Text}
	case 8236:
		return Element{"c3plPolicyName", Text}
	case 12232:
		return Element{"applicationCategoryName", Text}
	case 12233:
		return Element{"applicationSubCategoryName", Text}
	case 12234:
		return Element{"applicationGroupName", Text}
	case 12235:
		// Six octets of application identifiers come before the text.
		return Element{"applicationHttpHost", Octets}
	case 12236:
		return Element{"connectionClientIPv4Address", IPv4}
	case 12237:
		return Element{"connectionServerIPv4Address", IPv4}
	case 12240:
		return Element{"connectionClientTransportPort", Unsigned}
	case 12241:
		return Element{"connectionServerTransportPort", Unsigned}
	case 12242:
		return Element{"connectionId", Unsigned}
	}
	return Element{}
}

// reverseOfCERT is the bit by which CERT tells the reverse of an element of its own
// from the element: RFC 5103 section 6.2 leaves that to the vendor.
const reverseOfCERT = 0x4000

func ofCERT(number uint16) Element {
	if number&reverseOfCERT != 0 {
		e := ofCERT(number &^ reverseOfCERT)
		switch e.Name {
		case "initialTCPFlags", "unionTCPFlags", "payload", "payloadEntropy",
			"osName", "osVersion", "firstPacketBanner", "secondPacketBanner", "flowAttributes":
			e.Name = reverseName(e.Name)
			return e
		}
		return Element{}
	}
	switch number {
	case 14:
		return Element{"initialTCPFlags", Unsigned}
	case 15:
		return Element{"unionTCPFlags", Unsigned}
	case 18:
		return Element{"payload", Octets}
	case 21:
		return Element{"reverseFlowDeltaMilliseconds", Unsigned}
	case 33:
		return Element{"silkAppLabel", Unsigned}
	case 35:
		return Element{"payloadEntropy", Unsigned}
	case 36:
		return Element{"osName", Text}
	case 37:
		return Element{"osVersion", Text}
	case 38:
		return Element{"firstPacketBanner", Octets}
	case 39:
		return Element{"secondPacketBanner", Octets}
	case 40:
		return Element{"flowAttributes", Unsigned}
	}
	return Element{}
}
