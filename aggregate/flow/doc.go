// Package flow is the vocabulary that all stages share: what a packet, a flow
// key, a flow record and an interval record are. It holds values and their
// order, no machinery, and imports the standard library only.
//
// Terms follow RFC 7011 and RFC 7012 (flow key, flow record, observation point,
// flow end reason) and RFC 7015 (intervals). The types are free of pointers, so
// that tables and batches of them cost the garbage collector nothing, and they
// are copied, never shared.
package flow
