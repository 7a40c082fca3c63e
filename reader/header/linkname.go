package header

import "fmt"

// LinkTypeName gives the name of a link type for display: that of its LINKTYPE_
// constant (draft-ietf-opsawg-pcaplinktype) without the prefix, or its number.
func LinkTypeName(linkType uint16) string {
	switch linkHeader + protocol(linkType) {
	case linkNull:
		return "NULL"
	case linkEthernet:
		return "ETHERNET"
	case linkTokenRing:
		return "IEEE802_5"
	case linkArcnet:
		return "ARCNET_BSD"
	case linkSLIP:
		return "SLIP"
	case linkPPP:
		return "PPP"
	case linkFDDI:
		return "FDDI"
	case linkRaw12, linkRaw14, linkRaw:
		return "RAW"
	case linkPPPHDLC:
		return "PPP_HDLC"
	case linkPPPEther:
		return "PPP_ETHER"
	case linkATMRFC1483:
		return "ATM_RFC1483"
	case linkCiscoHDLC:
		return "C_HDLC"
	case link80211:
		return "IEEE802_11"
	case linkFrameRelay:
		return "FRELAY"
	case linkLoop:
		return "LOOP"
	case linkEnc:
		return "ENC"
	case linkLinuxSLL:
		return "LINUX_SLL"
	case linkPFLog:
		return "PFLOG"
	case linkPrism:
		return "IEEE802_11_PRISM"
	case linkIPOverFC:
		return "IP_OVER_FC"
	case linkRadiotap:
		return "IEEE802_11_RADIOTAP"
	}
	return laterLinkTypeName(linkType)
}

// laterLinkTypeName goes on where [LinkTypeName] ends, with numbers above 127.
func laterLinkTypeName(linkType uint16) string {
	switch linkHeader + protocol(linkType) {
	case linkArcnetLinux:
		return "ARCNET_LINUX"
	case linkAppleIP1394:
		return "APPLE_IP_OVER_IEEE1394"
	case linkAVS:
		return "IEEE802_11_AVS"
	case linkPPPDirection:
		return "PPP_PPPD"
	case linkPPI:
		return "PPI"
	case linkHDLCDirection:
		return "C_HDLC_WITH_DIR"
	case linkFRelayDirection:
		return "FRELAY_WITH_DIR"
	case linkIPNet:
		return "IPNET"
	case linkIPv4:
		return "IPV4"
	case linkIPv6:
		return "IPV6"
	case linkNFLog:
		return "NFLOG"
	case linkIPOverIB:
		return "IPOIB"
	case linkLinuxSLL2:
		return "LINUX_SLL2"
	case linkDSABroadcom:
		return "DSA_TAG_BRCM"
	case linkDSAPrepended:
		return "DSA_TAG_BRCM_PREPEND"
	case linkDSAMarvell:
		return "DSA_TAG_DSA"
	case linkDSAEther:
		return "DSA_TAG_EDSA"
	}
	return unopenedLinkTypeName(linkType)
}

// unopenedLinkTypeName names link types that captures have and that are not
// decoded.
func unopenedLinkTypeName(linkType uint16) string {
	switch linkType {
	case 143:
		return "DOCSIS"
	case 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162:
		return fmt.Sprintf("USER%d", linkType-147)
	case 177:
		return "LINUX_LAPD"
	case 178:
		return "JUNIPER_ETHER"
	case 182:
		return "MFR"
	case 187:
		return "BLUETOOTH_HCI_H4"
	case 189:
		return "USB_LINUX"
	case 195:
		return "IEEE802_15_4_WITHFCS"
	case 197:
		return "ERF"
	case 201:
		return "BLUETOOTH_HCI_H4_WITH_PHDR"
	case 220:
		return "USB_LINUX_MMAPPED"
	case 227:
		return "CAN_SOCKETCAN"
	case 230:
		return "IEEE802_15_4_NOFCS"
	case 249:
		return "USBPCAP"
	case 251:
		return "BLUETOOTH_LE_LL"
	case 252:
		return "WIRESHARK_UPPER_PDU"
	case 253:
		return "NETLINK"
	case 274:
		return "ETHERNET_MPACKET"
	}
	return fmt.Sprintf("linktype %d", linkType)
}
