// Package capture reads the framing of capture files: pcap
// (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).
package capture
