// Package datagram finds the export messages (NetFlow versions 1, 5 to 9, IPFIX)
// in what they were stored in, and tells what an input is.
//
//	octets ── Raw ─────────────────────────────────────────────► Message
//	frames ── Packets ─ IP fragments ─┬─ UDP ──────────────────► Message
//	                                  ├─ TCP streams ──────────► Message
//	                                  └─ SCTP user messages ───► Message
//
// [Raw] reads concatenations of messages of any mix of versions, of which IPFIX
// files (RFC 5655) are the most regular kind. [Packets] reads captures of the
// packets between exporters and collectors. [LooksLikeExports] tells which of the
// two an input needs, if any.
//
// The package knows of a message only how long it is, from the [Measure] that it
// is given; what is in it is the business of the decoder behind.
//
// # Accounts
//
// Every octet that Raw reads is in exactly one counter of its [Octets], and every
// frame that Packets reads has exactly one [Outcome]. A message whose own fields
// contradict its container is delivered where it is sure that it is one, so that
// the decoder can say what is wrong with it; everything else that is given up is
// counted here.
//
// # Trust
//
// Everything in an input may be hostile. No length field costs memory before the
// octets are there; what is kept of fragments, TCP segments and SCTP chunks is
// bounded by the constants of limits.go, and the oldest is given up first.
package datagram
