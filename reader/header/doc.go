// Package header reads the headers of one captured frame into a [flow.Packet]:
// what is link layer is looked through, the outermost IP header gives addresses,
// lengths and class of service, the header behind it gives ports and TCP flags.
// docs/metering.md sections 1 and 3 are its specification.
//
//	link header -> tags, labels, PPPoE -> IPv4 | IPv6 and its extension headers -> TCP, UDP, ICMP, ...
//
// One [Decoder] serves one capture interface. It holds no state between frames,
// allocates nothing and keeps nothing of the frame, so that a frame may lie in a
// buffer that is used again at once.
//
// # What is opened
//
// In front of IP: IEEE 802.3 with LLC and SNAP; VLAN tags (0x8100, 0x88a8, 0x9100,
// 0x9200, 0x9300); MPLS label stacks, with IP told by the first four bits behind
// the bottom of the stack; PPPoE sessions; PPP; Cisco HDLC; frame relay;
// IEEE 802.11 with its capture headers; and the pseudo headers of capture systems.
// [LinkTypeSupported] is the list of link types. At most [MaxHeaders] headers are
// opened in front of IP; a frame with more of them is not IP.
//
// Tunnels are not opened. A packet of GRE, IP in IP or VXLAN is metered by its
// outer IP header; a pseudowire, a provider backbone bridge frame (IEEE 802.1ah)
// and a MACsec frame (IEEE 802.1AE) are not IP.
//
// # Trust
//
// Every octet of a frame may be hostile. No length field is believed before the
// octets are there, every step goes forward, and the time for a frame is bounded
// by its captured length. What contradicts itself is accounted or refused by one
// rule each, and the [flow.Reason] or [flow.Mark] tells which.
package header
