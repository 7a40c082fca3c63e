package bill

import "fmt"

// Direction says which directions of traffic are billed, and how they are put together.
type Direction uint8

// The directions.
const (
	DirectionSum       Direction = iota // in and out and what has neither, added in each sample
	DirectionIn                         // in alone
	DirectionOut                        // out alone
	DirectionMax                        // the higher one of the rate of in and that of out
	DirectionSampleMax                  // the rate of samples that are the higher one of in and out
)

// ParseDirection reads the name of a direction.
func ParseDirection(text string) (Direction, error) {
	for d := DirectionSum; d <= DirectionSampleMax; d++ {
		if d.String() == text {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is none of in, out, sum, max and sample-max", text)
}

// String gives the name of the direction.
func (d Direction) String() string {
	switch d {
	case DirectionIn:
		return "in"
	case DirectionOut:
		return "out"
	case DirectionMax:
		return "max"
	case DirectionSampleMax:
		return "sample-max"
	}
	return "sum"
}

// Missing says what samples without rows are.
type Missing uint8

// The rules.
const (
	MissingZero   Missing = iota // samples of 0
	MissingAbsent                // no samples, where the customer has no row
	MissingOutage                // no samples where nobody has a row, else samples of 0
)

// ParseMissing reads the name of a rule.
func ParseMissing(text string) (Missing, error) {
	for m := MissingZero; m <= MissingOutage; m++ {
		if m.String() == text {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%q is none of zero, absent and outage", text)
}

// String gives the name of the rule.
func (m Missing) String() string {
	switch m {
	case MissingAbsent:
		return "absent"
	case MissingOutage:
		return "outage"
	}
	return "zero"
}
