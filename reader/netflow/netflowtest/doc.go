// Package netflowtest writes flow records as export messages, the way that exporters
// do: NetFlow versions 1, 5, 6, 7, 8 and 9, IPFIX, and what NetStream devices make of
// them. It is for tests and test files.
//
// It is written from RFC 3954, RFC 7011, RFC 5103, RFC 6313 and the record layouts
// of flow-tools, and shares no code with the decoder that is tested with it. What a
// format has no place for is left out; values too large for their field lose
// their high octets, as they do in a device.
//
// All numbers in messages are in network byte order.
package netflowtest
