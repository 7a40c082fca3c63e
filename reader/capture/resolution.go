package capture

import (
	"math"
	"math/bits"

	"netstream/aggregate/flow"
)

const nanosecondsPerSecond = 1_000_000_000

// resolution turns the time stamps of one interface into flow.Timestamp. It is
// exact for every resolution; what is finer than a nanosecond is cut off, which
// rounds towards the past.
type resolution struct {
	unitsPerSecond uint64
	offset         int64 // seconds to add

	// Time stamps below quickLimit are units of quickScale nanoseconds and need
	// no more than a multiplication. quickLimit is 0 if there are none such.
	quickLimit, quickScale uint64
}

// newResolution reads an if_tsresol value: 10^-n seconds, or 2^-n if the top bit
// is set (draft-ietf-opsawg-pcapng, section 4.2). It refuses what libpcap
// refuses: units of which a second has 2^64 or more.
func newResolution(tsresol uint8, offset int64) (resolution, bool) {
	res := resolution{unitsPerSecond: 1, offset: offset}
	exponent := tsresol & 0x7f
	if tsresol&0x80 != 0 {
		if exponent > 63 {
			return resolution{}, false
		}
		res.unitsPerSecond = 1 << exponent
	} else {
		if exponent > 19 {
			return resolution{}, false
		}
		for range exponent {
			res.unitsPerSecond *= 10
		}
	}
	if offset == 0 && res.unitsPerSecond <= nanosecondsPerSecond && nanosecondsPerSecond%res.unitsPerSecond == 0 {
		res.quickScale = nanosecondsPerSecond / res.unitsPerSecond
		res.quickLimit = math.MaxInt64 / res.quickScale
	}
	return res, true
}

// timestamp gives the time of count units since the epoch. It fails if the time
// is beyond the range of flow.Timestamp.
func (r *resolution) timestamp(count uint64) (flow.Timestamp, bool) {
	if count < r.quickLimit {
		return flow.Timestamp(count * r.quickScale), true
	}
	return r.exact(count)
}

// exact computes count * 10^9 / unitsPerSecond + offset * 10^9 in 128 bits.
// Neither term can reach 2^94, so the sum does not overflow.
func (r *resolution) exact(count uint64) (flow.Timestamp, bool) {
	if r.unitsPerSecond == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(count, nanosecondsPerSecond)
	quotientHi, rest := hi/r.unitsPerSecond, hi%r.unitsPerSecond
	quotientLo, _ := bits.Div64(rest, lo, r.unitsPerSecond)

	magnitude := uint64(r.offset)
	if r.offset < 0 {
		magnitude = -magnitude
	}
	hi, lo = bits.Mul64(magnitude, nanosecondsPerSecond)
	var carry uint64
	if r.offset < 0 {
		lo, carry = bits.Sub64(quotientLo, lo, 0)
		hi, _ = bits.Sub64(quotientHi, hi, carry)
	} else {
		lo, carry = bits.Add64(quotientLo, lo, 0)
		hi, _ = bits.Add64(quotientHi, hi, carry)
	}
	if hi != uint64(int64(lo)>>63) {
		return 0, false
	}
	return flow.Timestamp(lo), true
}
