package main

import (
	"bufio"
	"encoding/binary"
)

const (
	versionNetFlow5 = 5
	versionNetFlow9 = 9
	versionIPFIX    = 10

	// uptime is the exporter's sysUptime at the beginning, in milliseconds.
	uptime = 3_600_000

	// observationDomain is the Source ID of NetFlow 9 and the Observation Domain
	// ID of IPFIX.
	observationDomain = 7

	recordsPerDatagram5 = 30 // the most that NetFlow 5 has
	recordsPerDatagram  = 20 // of NetFlow 9 and IPFIX, the first 18 IPv4
	ipv4PerDatagram     = 18

	// templateInterval is how many data datagrams follow one with templates.
	templateInterval = 1000

	maxDatagram = 2048 // octets, more than any that is made
)

// export writes export datagrams and counts their records.
type export struct {
	w       *bufio.Writer
	raw     bool
	version int
	random  *random
	truth   exportTruth

	datagram []byte // the one being built
	set      int    // where its current set begins, 0 if in none
	messages uint32 // sequence number of NetFlow 9: datagrams
	header   [recordHeaderLength + 42]byte
}

func newExport(w *bufio.Writer, kind string, o options) *export {
	e := &export{
		w: w, raw: o.format == "raw", random: newRandom(o.seed),
		datagram: make([]byte, 0, maxDatagram),
	}
	switch kind {
	case "nf5":
		e.version, e.truth.Kind = versionNetFlow5, "netflow5"
	case "nf9":
		e.version, e.truth.Kind = versionNetFlow9, "netflow9"
	default:
		e.version, e.truth.Kind = versionIPFIX, "ipfix"
	}
	return e
}

// write makes all datagrams, evenly spread over the duration.
func (e *export) write(o options) *exportTruth {
	if !e.raw {
		writePcapHeader(e.w, maxSnaplen)
	}
	intervals := (o.duration.Microseconds()-1)/intervalWidth + 1
	e.truth.Intervals = make([]exportInterval, intervals)
	perDatagram := recordsPerDatagram
	if e.version == versionNetFlow5 {
		perDatagram = recordsPerDatagram5
	}
	for done := 0; done < o.records; {
		now := uint64(done) * microseconds(o) / uint64(o.records)
		count := min(perDatagram, o.records-done)
		if e.version != versionNetFlow5 && e.truth.Datagrams%templateInterval == 0 {
			e.sendTemplates(now)
		}
		e.sendRecords(now, count)
		done += count
	}
	return &e.truth
}

func (e *export) sendTemplates(now uint64) {
	e.beginDatagram(now, 2)
	for i, t := range e.templates() {
		if i == 0 {
			e.beginSet(templateSet(e.version))
		}
		e.datagram = t.append(e.datagram)
	}
	e.endDatagram(now)
}

func (e *export) sendRecords(now uint64, count int) {
	e.beginDatagram(now, count)
	for i := range count {
		r := newFlowRecord(e.random, uptime+now/1000)
		switch {
		case e.version == versionNetFlow5:
			e.datagram = r.append5(e.datagram)
		case i < ipv4PerDatagram:
			if i == 0 {
				e.beginSet(templateIPv4)
			}
			e.datagram = r.append(e.datagram, e.version, false)
		default:
			if i == ipv4PerDatagram {
				e.endSet()
				e.beginSet(templateIPv6)
			}
			e.datagram = r.append(e.datagram, e.version, true)
			e.truth.IPv6++
		}
		e.count(&r)
	}
	e.endDatagram(now)
	e.truth.Datagrams++
}

// count adds a record to the truth.
func (e *export) count(r *flowRecord) {
	e.truth.Records++
	e.truth.Packets += r.packets
	e.truth.Octets += r.octets
	started := max(int64(r.first)-uptime, 0)
	i := &e.truth.Intervals[started*1000/intervalWidth]
	i.Records++
	i.Packets += r.packets
	i.Octets += r.octets
}

// port is where exports of the version go by custom, for IPFIX by registration.
func (e *export) port() uint16 {
	switch e.version {
	case versionNetFlow5:
		return 2055
	case versionNetFlow9:
		return 9995
	}
	return 4739
}

// transmit writes the datagram, as a UDP packet from 192.0.2.1 to 192.0.2.2
// without checksum unless the format is raw.
func (e *export) transmit(now uint64) {
	if e.raw {
		_, _ = e.w.Write(e.datagram)
		return
	}
	n := len(e.datagram)
	b := e.header[:recordHeaderLength]
	putRecordHeader(b, now, n+42, n+42)
	b = append(b, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00)
	ip := len(b)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(n+28))
	b = append(b, 0, 0, 0x40, 0, hopLimit, protocolUDP, 0, 0)
	b = append(b, 192, 0, 2, 1, 192, 0, 2, 2)
	binary.BigEndian.PutUint16(b[ip+10:], checksum(checksumAdd(0, b[ip:])))
	b = binary.BigEndian.AppendUint16(b, 50000)
	b = binary.BigEndian.AppendUint16(b, e.port())
	b = binary.BigEndian.AppendUint16(b, uint16(n+8))
	b = append(b, 0, 0)
	_, _ = e.w.Write(b)
	_, _ = e.w.Write(e.datagram)
}
