package meter

import (
	"fmt"
	"time"
)

// Settings are the timers of the metering process.
type Settings struct {
	// IdleTimeout ends a flow when no packet came for longer (vendors: inactive
	// timeout). Greater than 0.
	IdleTimeout time.Duration

	// ActiveTimeout ends a flow that lasts longer; 0 for never.
	ActiveTimeout time.Duration

	// EndGrace is how long after FIN or RST a silent flow still takes packets
	// that are not SYN. 0 to IdleTimeout.
	EndGrace time.Duration

	// Interval is the width of the accounting intervals. Greater than 0.
	Interval time.Duration
}

// Validate says what is wrong with the settings, if anything is.
func (s *Settings) Validate() error {
	switch {
	case s.IdleTimeout <= 0:
		return fmt.Errorf("idle timeout is %v, must be greater than 0", s.IdleTimeout)
	case s.ActiveTimeout < 0:
		return fmt.Errorf("active timeout is %v, must be 0 (never) or greater", s.ActiveTimeout)
	case s.EndGrace < 0 || s.EndGrace > s.IdleTimeout:
		return fmt.Errorf("end grace is %v, must be 0 to the idle timeout %v", s.EndGrace, s.IdleTimeout)
	case s.Interval <= 0:
		return fmt.Errorf("interval is %v, must be greater than 0", s.Interval)
	}
	return nil
}
