// Package option keeps what exporters tell in options data records (RFC 3954
// section 6.1, RFC 7011 section 3.4.2) about their flow records: sampling rates,
// names of interfaces, VRFs and applications, and when the exporter started.
//
// Which options a record means shows in its elements, not in its template's number
// or in the order of its fields: vendors agree on no more. A field may be the scope
// or not, and may be there twice, once as the scope and once again.
package option
