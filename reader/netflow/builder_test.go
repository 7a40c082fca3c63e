package netflow

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// u16, u32 and u64 give numbers in network byte order.
func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func u64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

func ip(s string) []byte { return netip.MustParseAddr(s).AsSlice() }

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

// testSeconds is the export time of the messages of tests.
const testSeconds = 1_700_000_000

// headerFixed gives the header of version 1 or 5 to 8.
func headerFixed(version, count uint16, uptime uint32, tail []byte) []byte {
	h := cat(u16(version), u16(count), u32(uptime), u32(testSeconds), u32(0))
	return append(h, cat(tail, make([]byte, headerOctets(version)-len(h)-len(tail)))...)
}

// record5 gives a record of version 5.
func record5(source, destination string, packets, octets, first, last uint32, protocol uint8) []byte {
	return cat(ip(source), ip(destination), ip("192.0.2.254"), u16(1), u16(2), u32(packets), u32(octets), u32(first), u32(last),
		u16(1024), u16(53), []byte{0, 0x12, protocol, 8}, u16(64500), u16(64501), []byte{24, 25, 0, 0})
}

func message5(sampling uint16, records ...[]byte) []byte {
	return cat(headerFixed(5, uint16(len(records)), 5000, cat(u32(7), []byte{1, 2}, u16(sampling))), cat(records...))
}

func message9(domain uint32, count uint16, sets ...[]byte) []byte {
	return cat(u16(9), u16(count), u32(5000), u32(testSeconds), u32(1), u32(domain), cat(sets...))
}

func messageIPFIX(domain uint32, sets ...[]byte) []byte {
	body := cat(sets...)
	return cat(u16(10), u16(uint16(headerIPFIX+len(body))), u32(testSeconds), u32(1), u32(domain), body)
}

func setOf(id uint16, body ...[]byte) []byte {
	b := cat(body...)
	return cat(u16(id), u16(uint16(headerSet+len(b))), b)
}

// spec is a field specifier.
type spec struct {
	number, length uint16
	enterprise     uint32
}

func specs(list ...spec) (octets []byte) {
	for _, s := range list {
		if s.enterprise != 0 {
			octets = append(octets, cat(u16(s.number|enterpriseBit), u16(s.length), u32(s.enterprise))...)
			continue
		}
		octets = append(octets, cat(u16(s.number), u16(s.length))...)
	}
	return octets
}

// definitionOf gives a template record.
func definitionOf(id uint16, list ...spec) []byte {
	return cat(u16(id), u16(uint16(len(list))), specs(list...))
}

// options9 and optionsIPFIX give options template records with one field of scope.
func options9(id uint16, list ...spec) []byte {
	return cat(u16(id), u16(4), u16(uint16(4*len(list)-4)), specs(list...))
}

func optionsIPFIX(id uint16, list ...spec) []byte {
	return cat(u16(id), u16(uint16(len(list))), u16(1), specs(list...))
}

// plain is a template with key, counters and times, and plainRecord a record of it.
func plain() []spec {
	return []spec{
		{number: 8, length: 4}, {number: 12, length: 4}, {number: 7, length: 2}, {number: 11, length: 2}, {number: 4, length: 1},
		{number: 5, length: 1}, {number: 6, length: 1}, {number: 10, length: 4}, {number: 14, length: 4},
		{number: 2, length: 4}, {number: 1, length: 8}, {number: 152, length: 8}, {number: 153, length: 8},
	}
}

func plainRecord(source string, packets uint32) []byte {
	return cat(ip(source), ip("198.51.100.2"), u16(1024), u16(443), []byte{6, 0, 0x12}, u32(3), u32(4),
		u32(packets), u64(uint64(packets)*100), u64(testSeconds*1000-2000), u64(testSeconds*1000-1000))
}

// row is a copy of a record that outlives its batch.
type row struct {
	flow.Record
	Export flow.Export
}

// decode gives the rows and summaries of messages after a survey of all of them.
func decode(t testing.TB, o Options, messages ...[]byte) ([]row, []Summary) {
	t.Helper()
	d := NewDecoder(o)
	for _, m := range messages {
		d.Survey(Origin{}, m)
	}
	d.Rewind()
	return readAll(t, d, Origin{}, messages...)
}

// readAll decodes messages that must not be refused.
func readAll(t testing.TB, d *Decoder, origin Origin, messages ...[]byte) (rows []row, summaries []Summary) {
	t.Helper()
	for i, m := range messages {
		if err := d.Begin(origin, 0, false, m); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		rows = append(rows, drain(d)...)
		summaries = append(summaries, *d.Summary())
	}
	return rows, summaries
}

func drain(d *Decoder) []row { return drainInto(d, flow.NewBatch()) }

// one gives the only row of messages.
func one(t testing.TB, messages ...[]byte) row {
	t.Helper()
	rows, _ := decode(t, Options{}, messages...)
	if len(rows) != 1 {
		t.Fatalf("got %d rows, want 1", len(rows))
	}
	return rows[0]
}

// oneOf gives the row of an IPFIX record with the fields given.
func oneOf(t testing.TB, list []spec, values ...[]byte) row {
	t.Helper()
	return one(t, messageIPFIX(1, setOf(2, definitionOf(256, list...)), setOf(256, values...)))
}

func ms(v int64) flow.Timestamp { return flow.Timestamp(v) * millisecond }

// ntp gives a time stamp of NTP.
func ntp(unixSeconds int64, fraction float64) uint64 {
	return uint64(unixSeconds+ntpUnix)<<32 | uint64(math.Floor(fraction*(1<<32)))
}
