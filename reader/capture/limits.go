package capture

// The limits of what a file may claim. Origins are the sources of libpcap 1.10
// (sf-pcap.c, sf-pcapng.c, pcap-common.h) unless something else is said.
const (
	// MaxSnapLen is the captured length in octets that a pcap record may have
	// whatever the file header says: libpcap's MAXIMUM_SNAPLEN.
	MaxSnapLen = 262144

	// MaxCapturedLength is the captured length in octets that a pcap record may
	// have if the file header announces longer ones than [MaxSnapLen]. It is
	// equal to MaxBlockLength, so that both formats have the same bound.
	MaxCapturedLength = 16 << 20

	// MaxBlockLength is the length in octets that a pcapng block may have:
	// libpcap's INITIAL_MAX_BLOCKSIZE, and the bound of Wireshark.
	MaxBlockLength = 16 << 20

	// MaxSectionHeaderLength is the length in octets that a pcapng section header
	// block may have. It is lower, because its type is the same in both byte
	// orders and so proves little.
	MaxSectionHeaderLength = 1 << 20

	// MaxOptionsLength is the length in octets that the options of one pcapng
	// block may have. Tools write some hundred octets; libpcap allows 128 KiB
	// beside a packet.
	MaxOptionsLength = 1 << 20

	// MaxInterfaces is the number of interfaces that the sections of a pcapng
	// file may describe together. It is flow.MaxPoints, because each may be an
	// observation point.
	MaxInterfaces = 1 << 16

	// MaxInterfaceText is the number of octets that the names and descriptions
	// of all interfaces of a file may have together. It bounds memory: the
	// formats alone would allow 128 KiB an interface.
	MaxInterfaceText = 16 << 20

	// MaxReports is the number of damaged places that are reported one by one
	// for one input. Further ones are only counted, unless reading ends there.
	MaxReports = 100

	// MaxBlockTypes is the number of unknown pcapng block types that are counted
	// by type. Blocks of further types are counted together.
	MaxBlockTypes = 64

	// DefaultBufferSize is the size in octets of the buffer that NewReader takes.
	// It fits into the second-level cache, where the digest and the header decoder
	// find what was just read; larger ones gained nothing when measured.
	DefaultBufferSize = 256 << 10

	// minBufferSize holds the longest fixed header with room to spare.
	minBufferSize = 64

	// maxZeroRun is the number of zero octets behind a pcap record that cannot be
	// records any more: 256 frames of 1970 without an octet on the wire. File
	// systems leave such tails after a crash.
	maxZeroRun = 4096

	// maxEmptyReads is how often in a row a source may return neither octets nor
	// an error: the figure of package bufio.
	maxEmptyReads = 100
)
