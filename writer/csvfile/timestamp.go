package csvfile

import (
	"time"
)

const (
	secondsPerDay = 24 * 60 * 60

	// dateLength is the length of a date with the T behind it. The range of time
	// stamps reaches from 1677 to 2262, so that years have four digits.
	dateLength = len("2006-01-02T")
)

// calendar writes time stamps. It keeps the date that it wrote last, because
// most time stamps follow one of the same day.
type calendar struct {
	day  int64 // since the Unix epoch
	date [dateLength]byte
}

// newCalendar gives a calendar that stands at the Unix epoch.
func newCalendar() calendar {
	var c calendar
	c.turn(0)
	return c
}

// turn sets the day.
func (c *calendar) turn(day int64) {
	c.day = day
	time.Unix(day*secondsPerDay, 0).UTC().AppendFormat(c.date[:0], "2006-01-02T")
}

// append appends t, which counts units of 10^-digits seconds since the Unix
// epoch, in RFC 3339 to dst and returns the result.
func (c *calendar) append(dst []byte, t int64, digits int) []byte {
	perSecond := int64(1)
	for range digits {
		perSecond *= 10
	}
	seconds, fraction := divide(t, perSecond)
	day, seconds := divide(seconds, secondsPerDay)
	if day != c.day {
		c.turn(day)
	}
	dst = append(dst, c.date[:]...)
	dst = append(appendDigits(dst, seconds/3600, 2), ':')
	dst = append(appendDigits(dst, seconds/60%60, 2), ':')
	dst = append(appendDigits(dst, seconds%60, 2), '.')
	return append(appendDigits(dst, fraction, digits), 'Z')
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

// appendDigits appends v, which is not negative, with exactly n digits.
func appendDigits(dst []byte, v int64, n int) []byte {
	const zeros = "000000000"
	dst = append(dst, zeros[:n]...)
	for i := len(dst) - 1; v > 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}
