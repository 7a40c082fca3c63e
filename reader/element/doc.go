// Package element is the vocabulary of what exporters send: the registry of
// information elements (RFC 7012 and the IANA registry "IPFIX Information
// Elements"), the text of their values, and structured data (RFC 6313).
//
// NetFlow version 9 shares the numbers 1 to 127 with IPFIX (RFC 7012 section 4)
// and in practice most of those above, so that one registry serves both.
//
// All values are in network byte order. Nothing here trusts a length: a value
// whose length does not fit its type has a text nonetheless, in hexadecimal.
package element
