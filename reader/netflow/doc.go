// Package netflow decodes export messages: NetFlow versions 1, 5, 6, 7, 8 (all 14
// aggregation schemes) and 9 (RFC 3954), IPFIX (RFC 7011), and what Huawei and H3C
// send as NetStream in the formats of versions 5, 8, 9 and 10.
//
// A [Decoder] reads one input twice. The survey learns templates and options from
// the whole input; the decoding then gives flow records. A data set is decoded with
// the template that is in force where it stands, and with the first one that comes
// later if there was none before; the same holds for what options say. Nothing is
// ever applied backwards that replaces something.
//
// All versions are decoded by the same machine: a record is a row of fields, each
// an information element and a length, be it from a template of the exporter or
// from the fixed layout of a version. The fields are compiled once into a plan, a
// list of places to read and slots to fill, and the plan is run for each record. A
// template of the usual kind gets a direct plan, too, which fills the row without
// slots; a record for which that will not do goes through them.
//
// Messages are taken as they come from the network: no length is trusted before
// the octets that it promises are there, a message is checked as a whole before
// any of it is applied, and what cannot be decoded is counted by reason.
package netflow
