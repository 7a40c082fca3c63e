package flow

// Statistics are what the lengths and times of a flow's packets amount to
// (docs/features.md). Lengths are those of the IP packets in octets, times in
// nanoseconds.
type Statistics struct {
	// HasMoments says that the members but for Early are valid.
	HasMoments       bool
	Forward, Reverse Moments // of the packets from source to destination, and of the other ones if the flow is a biflow
	Active, Idle     Periods // of both directions

	// Early are the first packets of both directions, in order; HasEarly says that they
	// were asked for.
	HasEarly bool
	Early    []EarlyPacket
}

// LengthClasses is the number of classes of packet lengths, and LengthClassBounds what
// the lengths of each but the last are at most, in octets.
const LengthClasses = 7

// LengthClassBounds gives the greatest length of each class but the last.
func LengthClassBounds() [LengthClasses - 1]uint64 {
	return [...]uint64{64, 128, 256, 512, 1024, 1518}
}

// Moments are sums over the packets of one direction. A gap is the time from the latest
// packet of the direction before to a packet, 0 if that is earlier; there is one less
// than packets.
type Moments struct {
	LengthSquares Squares // sum of the squares of lengths
	Classes       [LengthClasses]uint64

	Gaps           uint64 // sum of the gaps
	GapSquares     Squares
	MinGap, MaxGap uint64 // valid if there are two packets
}

// Squares is a sum of squares, in 128 bits.
type Squares struct{ High, Low uint64 }

// Periods are stretches of time: their number, sum, and extremes if there is any.
type Periods struct{ Count, Sum, Min, Max uint64 }

// EarlyPacket is one of the first packets of a flow.
type EarlyPacket struct {
	Octets  uint64 // of the IP packet
	Gap     uint64 // time since the latest packet before, 0 for the first
	Reverse bool   // from destination to source
}
