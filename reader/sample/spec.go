package sample

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Method is a way to sample.
type Method uint8

// The methods, by the names of Huawei's sampler modes.
const (
	None          Method = iota // every packet is selected
	FixPackets                  // one of every N packets, always the one at the same place
	RandomPackets               // one at random in each group of N packets
	FixTime                     // the first packet in each window of time
	RandomTime                  // one at random in each window of time
)

// String gives the name of the method as the option has it.
func (m Method) String() string {
	switch m {
	case None:
		return "none"
	case FixPackets:
		return "fix-packets"
	case RandomPackets:
		return "random-packets"
	case FixTime:
		return "fix-time"
	case RandomTime:
		return "random-time"
	}
	return "unknown"
}

// The bounds of a Spec.
const (
	MaxPackets = math.MaxUint32 // samplingPopulation (310) has 32 bits
	MinWindow  = time.Microsecond
	MaxWindow  = 24 * time.Hour
)

// Spec says how to sample. The zero Spec selects everything.
type Spec struct {
	Method  Method
	Packets uint64        // N of FixPackets and RandomPackets, 1 to MaxPackets
	Phase   uint64        // of FixPackets: which packet of each group, 1 to Packets
	Window  time.Duration // of FixTime and RandomTime, MinWindow to MaxWindow
	Seed    uint64        // of RandomPackets and RandomTime
}

// Random says whether the seed has a say.
func (s *Spec) Random() bool { return s.Method == RandomPackets || s.Method == RandomTime }

// Timed says whether the groups are windows of time.
func (s *Spec) Timed() bool { return s.Method == FixTime || s.Method == RandomTime }

// Population gives of how many packets each selected one is the sample, 0 if that is
// not known: nobody can tell it from the length of a window.
func (s *Spec) Population() uint64 {
	if s.Method == FixPackets || s.Method == RandomPackets {
		return s.Packets
	}
	return 0
}

// Validate says what is out of range.
func (s *Spec) Validate() error {
	switch {
	case s.Method == None:
	case s.Timed() && (s.Window < MinWindow || s.Window > MaxWindow):
		return fmt.Errorf("sampling window is %v, must be %v to %v", s.Window, MinWindow, MaxWindow)
	case s.Timed():
	case s.Packets < 1 || s.Packets > MaxPackets:
		return fmt.Errorf("sampling takes one of %d packets, must be one of 1 to %d", s.Packets, uint64(MaxPackets))
	case s.Method == FixPackets && (s.Phase < 1 || s.Phase > s.Packets):
		return fmt.Errorf("sampling takes packet %d of every %d, must be 1 to %d", s.Phase, s.Packets, s.Packets)
	}
	return nil
}

// String gives the Spec without its seed as the option has it.
func (s *Spec) String() string {
	switch s.Method {
	case FixPackets:
		return fmt.Sprintf("%v:%d/%d", s.Method, s.Packets, s.Phase)
	case RandomPackets:
		return s.Method.String() + ":" + strconv.FormatUint(s.Packets, 10)
	case FixTime, RandomTime:
		return s.Method.String() + ":" + s.Window.String()
	}
	return s.Method.String()
}
