package csvfile

import (
	"encoding/binary"
	"slices"
	"time"
)

const (
	secondsPerDay = 24 * 60 * 60

	// dateLength is the length of a date with the T behind it, secondLength that with the time of day and the point. The range
	// of time stamps reaches from 1677 to 2262, so that years have four digits.
	dateLength   = len("2006-01-02T")
	secondLength = len("2006-01-02T15:04:05.")
)

// Digits of a second's fractions.
const (
	microDigits = 6
	nanoDigits  = 9
)

// calendar writes the time stamps of a column. It keeps the second that it wrote last and its day, because most time stamps
// are of one that is near.
type calendar struct {
	day    int64 // since the Unix epoch
	second int64 // likewise
	text   [secondLength]byte
}

// newCalendar gives a calendar that stands at the Unix epoch.
func newCalendar() calendar {
	var c calendar
	c.turn(0)
	return c
}

// turn sets the second.
func (c *calendar) turn(second int64) {
	day, ofDay := divide(second, secondsPerDay)
	if day != c.day || c.text[0] == 0 {
		c.day = day
		time.Unix(day*secondsPerDay, 0).UTC().AppendFormat(c.text[:0], "2006-01-02T15:04:05.")
	}
	c.second = second
	const hour = dateLength
	putTwo(c.text[hour:], ofDay/3600)
	putTwo(c.text[hour+3:], ofDay/60%60)
	putTwo(c.text[hour+6:], ofDay%60)
}

// putTwo writes a number below 100.
func putTwo(to []byte, v int64) { to[0], to[1] = byte('0'+v/10), byte('0'+v%10) }

// append appends t, which counts microseconds or nanoseconds since the Unix epoch, as the digits of a second's fraction say,
// in RFC 3339 to dst and returns the result.
func (c *calendar) append(dst []byte, t int64, digits int) []byte {
	var second, fraction int64
	if digits == microDigits {
		second, fraction = divide(t, 1e6)
	} else {
		second, fraction = divide(t, 1e9)
	}
	if second != c.second {
		c.turn(second)
	}
	dst = slices.Grow(dst, secondLength+nanoDigits+wordOctets)
	to := dst[len(dst) : len(dst)+secondLength+nanoDigits+wordOctets]
	*(*[secondLength]byte)(to) = c.text
	at := to[secondLength:]
	if digits == nanoDigits {
		at[0] = byte('0' + fraction/eightDigits)
		fraction %= eightDigits
		at = at[1:]
	} else {
		fraction *= 100 // so that the first of eight digits is the first of six
	}
	binary.LittleEndian.PutUint64(at, decimal(uint64(fraction))|asciiZeros)
	end := len(dst) + secondLength + digits
	dst = dst[:end+1]
	dst[end] = 'Z'
	return dst
}

// divide gives quotient and remainder, the remainder from 0 to b-1; b must be
// positive.
func divide(a, b int64) (quotient, remainder int64) {
	quotient, remainder = a/b, a%b
	if remainder < 0 {
		return quotient - 1, remainder + b
	}
	return quotient, remainder
}
