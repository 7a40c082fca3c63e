package datagram

import "time"

// The limits of what is kept while messages are put together.
const (
	// MaxMessage is the length in octets of the longest message: the length field
	// of IPFIX (RFC 7011 section 3.1) has 16 bits, and so have those of UDP and IP.
	MaxMessage = 65535

	// MaxReports is the number of damaged places of one raw input that are
	// reported one by one, as in package capture. Further ones are counted.
	MaxReports = 100

	// MaxFragmented is the number of fragmented IP datagrams that are put together
	// at a time. Exporters send a few fragmented datagrams a second at most; Linux
	// allows 4 MiB a network namespace (ip-sysctl, ipfrag_high_thresh).
	MaxFragmented = 1024

	// MaxFragmentOctets bounds what is kept of all fragments, bookkeeping
	// included.
	MaxFragmentOctets = 16 << 20

	// FragmentLifetime is how long, in capture time, a datagram may wait for its
	// last fragment: the default of Linux (ip-sysctl, ipfrag_time). RFC 8200
	// section 4.5 has 60 seconds.
	FragmentLifetime = 30 * time.Second

	// MaxConnections is the number of TCP connections and SCTP associations, each
	// direction for itself, that are followed at a time.
	MaxConnections = 1024

	// MaxSegmentOctets bounds the segments and chunks that all connections keep
	// for what is missing before them, bookkeeping included.
	MaxSegmentOctets = 16 << 20

	// MaxAhead bounds what one connection keeps of them. It is the receive window
	// that common systems allow at most without tuning (6 MiB, tcp_rmem of Linux)
	// cut to what a capture can miss without having lost packets: a capture that
	// has 256 KiB behind a hole will not have what was in it.
	MaxAhead = 256 << 10

	// SegmentLifetime is how long, in capture time, a hole in a TCP connection may
	// wait to be filled: retransmission gives up or succeeds within it in practice
	// (RFC 6298: 1, 2, 4, 8, 16 seconds are 31).
	SegmentLifetime = 31 * time.Second

	// MaxStreams is the number of UDP streams that are remembered as carrying
	// export messages. More exporters than that are decoded all the same; only
	// their malformed messages are taken for other traffic.
	MaxStreams = 1 << 14

	// MaxDetails bounds the details (EtherTypes, link types) that outcomes are
	// told apart by. Frames beyond it are counted without detail.
	MaxDetails = 1 << 10

	// MaxPadding is the number of zero octets behind the message of a datagram
	// that are taken for padding. RFC 3954 section 5.3 pads FlowSets to four octets
	// and counts the padding; exporters were seen that pad the datagram, to four
	// and to eight.
	MaxPadding = 7

	// PrefixLength is the number of octets from the start of an input that
	// LooksLikeExports wants to see, or all of it if it is shorter.
	PrefixLength = 256 << 10
)

const (
	// bufferSize leaves room for two of the longest messages and a read of
	// 256 KiB beside them.
	bufferSize = 512 << 10

	// searchWindow bounds the octets that a message of a version without length
	// field is measured over while the next one is searched. It is more than a
	// jumbo frame holds; the time that hostile octets can cost grows with it.
	searchWindow = 9216

	// shortestHeader is the length in octets of the shortest message header, of
	// version 1 and IPFIX.
	shortestHeader = 16

	// maxEmptyReads is how often in a row a source may return neither octets nor
	// an error: the figure of package bufio.
	maxEmptyReads = 100

	// pieceOverhead is what keeping a piece costs in octets besides its content.
	pieceOverhead = 64
)
