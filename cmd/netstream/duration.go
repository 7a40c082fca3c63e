package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// duration is a flag value like 90s, 5m, 1h30m, 2d or a plain number of seconds.
type duration time.Duration

func (d *duration) String() string {
	v := time.Duration(*d)
	s := v.String()
	if v != 0 && v%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if v != 0 && v%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (d *duration) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err != nil || n > 36500 || n < 0 {
			return fmt.Errorf("%q is no number of days", s)
		}
		*d = duration(time.Duration(n) * 24 * time.Hour)
		return nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < 0 || n > 36500*86400 {
			return fmt.Errorf("%q is out of range", s)
		}
		*d = duration(time.Duration(n) * time.Second)
		return nil
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is no duration like 90s, 5m or 1h", s)
	}
	*d = duration(v)
	return nil
}

func (d *duration) Type() string { return "duration" }
