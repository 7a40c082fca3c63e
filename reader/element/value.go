package element

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
)

// Uint reads an unsigned integer of any length from one octet on. Exporters send
// numbers shorter than their type (RFC 7011 section 6.2), and some longer. ok is
// false for no octets at all and for a value beyond 64 bits.
func Uint(value []byte) (v uint64, ok bool) {
	if len(value) == 0 {
		return 0, false
	}
	for ; len(value) > 8; value = value[1:] {
		if value[0] != 0 {
			return 0, false
		}
	}
	for _, octet := range value {
		v = v<<8 | uint64(octet)
	}
	return v, true
}

// Int reads a signed integer in two's complement of 1 to 8 octets.
func Int(value []byte) (v int64, ok bool) {
	if len(value) == 0 || len(value) > 8 {
		return 0, false
	}
	u, _ := Uint(value)
	shift := 64 - 8*len(value)
	return int64(u<<shift) >> shift, true
}

// FloatValue reads a float32 of 4 octets or a float64 of 8: RFC 7011 section 6.2
// allows the shorter for the longer.
func FloatValue(value []byte) (v float64, ok bool) {
	switch len(value) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(value))), true
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(value)), true
	}
	return 0, false
}

// ntpUnix is how many seconds the epoch of NTP, 1900, is before that of Unix.
const ntpUnix = 2208988800

// fractionMask are the 11 bits of an NTP fraction that are not significant in
// dateTimeMicroseconds: RFC 7011 section 6.1.9.
const fractionMask = 1<<11 - 1

// Instant reads a time: RFC 7011 sections 6.1.7 to 6.1.10. NTP time stamps are
// taken to be of era 0, from 1900 to 2036. Their fractions of 2^-32 seconds are
// rounded to the nearest unit, halves up: units that an exporter has cut to such
// fractions, or to the 21 bits of them that are significant for microseconds, come
// out as they went in.
//
// ok is false if t is not a type of times, if the length does not fit (4 octets
// for Seconds, 8 for all others) and if the time is beyond flow.Timestamp.
func Instant(t Type, value []byte) (instant flow.Timestamp, ok bool) {
	switch {
	case t == Seconds && len(value) == 4:
		return flow.Timestamp(binary.BigEndian.Uint32(value)) * 1e9, true
	case len(value) != 8:
		return 0, false
	}
	v := binary.BigEndian.Uint64(value)
	switch t {
	case Milliseconds:
		if v > math.MaxInt64/uint64(1e6) {
			return 0, false
		}
		return flow.Timestamp(v) * 1e6, true
	case Microseconds:
		units := (v&math.MaxUint32&^fractionMask*1e6 + 1<<31) >> 32
		return ntpSeconds(v) + flow.Timestamp(units)*1e3, true
	case Nanoseconds:
		units := (v&math.MaxUint32*1e9 + 1<<31) >> 32
		return ntpSeconds(v) + flow.Timestamp(units), true
	}
	return 0, false
}

func ntpSeconds(v uint64) flow.Timestamp {
	return (flow.Timestamp(v>>32) - ntpUnix) * 1e9
}
