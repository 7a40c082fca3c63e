// Package sequence tells from the headers of one stream of export messages what
// was lost between exporter and file, what came twice or out of order, and when
// the exporter restarted or its clock was set.
//
// A stream is what one exporter sends in one version from one port for one
// observation domain. What its sequence numbers count is not assumed but found
// out: the standards differ (RFC 3954 section 5.1 counts messages, RFC 7011
// section 3.1 data records, version 5 flow records), and exporters differ from the
// standards. Every rule that is known is followed at once, and the one that the
// numbers break least often is reported.
//
// All sequence arithmetic is modulo 2^32 (RFC 1982 with SERIAL_BITS 32): a number
// less than 2^31 ahead of the expected one is a loss of as many units, any other is
// behind.
//
// What a [Tracker] keeps is bounded: a fixed state for each rule, and digests of the
// last [Window] messages, which tell repeated messages from late ones. It grows with the
// messages, so that a file which names very many streams does not make them dear: a
// stream of one message costs less than 500 octets, one of a few less than 2 KiB.
package sequence
