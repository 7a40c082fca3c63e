package meter

import (
	"fmt"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/statistics"
)

// Settings are the ageing rules of the metering process and the width of its
// intervals. docs/metering.md section 4 defines what they mean.
type Settings struct {
	// IdleTimeout ends a flow when no packet came for longer (vendors: inactive
	// timeout). Greater than 0.
	IdleTimeout time.Duration

	// ActiveTimeout ends a flow that lasts longer; 0 for never.
	ActiveTimeout time.Duration

	// Protocols has the timers of protocols, by number, that have their own.
	Protocols map[uint8]Timers

	// EndGrace is how long a silent flow still takes packets that are not SYN after a
	// FIN or RST whose rule is EndByGrace. 0 to the idle timeout of TCP.
	EndGrace time.Duration

	// Fin and Rst say what these control bits do to their flow.
	Fin, Rst EndRule

	// MaxOctets and MaxPackets bound what a record counts: a packet that would take it
	// above begins the next record. 0 for no bound.
	MaxOctets, MaxPackets uint64

	// CutEvery ends all flows at the multiples of it on the clock, counted from the
	// Unix epoch (forced ageing); 0 for never.
	CutEvery time.Duration

	// Statistics says what is kept of the packets' lengths and times.
	Statistics statistics.Settings

	// Interval is the width of the accounting intervals. Greater than 0.
	Interval time.Duration

	// Calendar has the accounting intervals where they are not all of one width; nil
	// where Interval is their width.
	Calendar *flow.Calendar
}

// Timers are the timers of one protocol.
type Timers struct {
	Idle   time.Duration // greater than 0
	Active time.Duration // 0 for never
}

// EndRule says what a FIN or RST does to its flow.
type EndRule uint8

// The rules.
const (
	EndByGrace EndRule = iota // the flow takes what belongs to its end, until SYN or longer silence than EndGrace
	EndAtOnce                 // the record ends with the packet
	EndIfOpen                 // the record ends with the packet, unless it begins with it
	EndIgnored                // nothing

	endRuleCount
)

// tcp is the protocol number of TCP, the only one whose packets have FIN and RST.
const tcp = 6

// String gives the name of the rule as the options have it.
func (r EndRule) String() string {
	//exhaustive:enforce
	switch r {
	case EndByGrace:
		return "grace"
	case EndAtOnce:
		return "immediate"
	case EndIfOpen:
		return "existing"
	case EndIgnored:
		return "ignore"
	}
	return "unknown"
}

// ParseEndRule gives the rule of a name.
func ParseEndRule(name string) (EndRule, error) {
	for r := EndByGrace; r < endRuleCount; r++ {
		if r.String() == name {
			return r, nil
		}
	}
	return 0, fmt.Errorf("%q is none of the rules grace, immediate, existing and ignore", name)
}

// Intervals gives the accounting intervals.
func (s *Settings) Intervals() flow.Calendar {
	if s.Calendar != nil {
		return *s.Calendar
	}
	return flow.Fixed(s.Interval)
}

// TimersOf gives the timers of a protocol.
func (s *Settings) TimersOf(protocol uint8) Timers {
	if own, ok := s.Protocols[protocol]; ok {
		return own
	}
	return Timers{Idle: s.IdleTimeout, Active: s.ActiveTimeout}
}

// LeastPatience gives the shortest time after which a flow can have ended without a
// packet that ends it.
func (s *Settings) LeastPatience() time.Duration {
	least := s.IdleTimeout
	for _, own := range s.Protocols {
		least = min(least, own.Idle)
	}
	if s.Fin == EndByGrace || s.Rst == EndByGrace {
		least = min(least, s.EndGrace)
	}
	if s.CutEvery > 0 {
		least = min(least, s.CutEvery)
	}
	return least
}

// Validate says what is wrong with the settings, if anything is.
func (s *Settings) Validate() error {
	for protocol := range 256 {
		if own, ok := s.Protocols[uint8(protocol)]; ok {
			if err := own.validate(); err != nil {
				return fmt.Errorf("of protocol %d the %w", protocol, err)
			}
		}
	}
	general := Timers{Idle: s.IdleTimeout, Active: s.ActiveTimeout}
	if err := general.validate(); err != nil {
		return err
	}
	switch idle := s.TimersOf(tcp).Idle; {
	case s.EndGrace < 0 || s.EndGrace > idle:
		return fmt.Errorf("end grace is %v, must be 0 to the idle timeout %v", s.EndGrace, idle)
	case s.Fin >= endRuleCount || s.Rst >= endRuleCount:
		return fmt.Errorf("end rules are %d and %d, must be below %d", s.Fin, s.Rst, endRuleCount)
	case s.CutEvery < 0:
		return fmt.Errorf("flows are to be cut every %v, must be 0 (never) or greater", s.CutEvery)
	}
	intervals := s.Intervals()
	return intervals.Validate()
}

func (t *Timers) validate() error {
	switch {
	case t.Idle <= 0:
		return fmt.Errorf("idle timeout is %v, must be greater than 0", t.Idle)
	case t.Active < 0:
		return fmt.Errorf("active timeout is %v, must be 0 (never) or greater", t.Active)
	}
	return nil
}
