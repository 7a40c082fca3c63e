package flow

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// timeLayouts are those of times that are not numbers. Go takes a fraction behind
// the seconds of any of them.
var timeLayouts = [...]string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// ParseTimestamp reads a time: RFC 3339, a date, a date and time in UTC, or seconds
// since 1970 with up to nine digits of a fraction.
func ParseTimestamp(text string) (Timestamp, error) {
	if seconds, ok := parseSeconds(text); ok {
		return seconds, nil
	}
	for _, layout := range timeLayouts {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		at := Timestamp(t.UnixNano())
		if !at.Time().Equal(t) {
			return 0, fmt.Errorf("time %q is beyond the range of time stamps, 1677-09-21 to 2262-04-11", text)
		}
		return at, nil
	}
	return 0, fmt.Errorf("%q is neither a time in RFC 3339, a date, a date and time, nor a number of seconds since 1970", text)
}

// parseSeconds reads seconds since the epoch, with up to nine digits of a fraction.
func parseSeconds(text string) (Timestamp, bool) {
	whole, fraction, has := strings.Cut(text, ".")
	if has && (fraction == "" || len(fraction) > 9) || strings.Trim(fraction, "0123456789") != "" {
		return 0, false
	}
	if len(whole) > 11 || strings.HasPrefix(whole, "+") {
		return 0, false
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, false
	}
	nanoseconds, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil {
		return 0, false
	}
	if strings.HasPrefix(whole, "-") {
		nanoseconds = -nanoseconds
	}
	const second = int64(time.Second)
	if seconds >= math.MaxInt64/second || seconds <= math.MinInt64/second {
		return 0, false
	}
	return Timestamp(seconds*second + nanoseconds), true
}
