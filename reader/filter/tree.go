package filter

// condition is a part of a program that is true or false of a frame, or rejects
// it. It is one of the types below. Parts are looked at in their order, and only
// as far as needed.
type condition interface{ condition() }

type (
	// always has one answer.
	always bool

	// comparison compares two values.
	comparison struct {
		operator    comparator
		left, right value
	}

	// junction is two conditions: both, or one of them.
	junction struct {
		and           bool
		first, second condition
	}

	negation struct{ of condition }

	// assignment keeps a value in a register. It is true.
	assignment struct {
		register int
		value    value
	}

	// headerChain follows the headers behind the IP header until one is of the
	// protocol, or none follows.
	headerChain struct {
		ipv6     bool
		network  uint32 // offset of the IP header
		protocol uint32
	}
)

func (always) condition()      {}
func (comparison) condition()  {}
func (junction) condition()    {}
func (negation) condition()    {}
func (assignment) condition()  {}
func (headerChain) condition() {}

// value is a number of 32 bits without sign that a program works out. It is one
// of the types below.
type value interface{ value() }

type (
	constant uint32

	// wireLength is the original length of the frame.
	wireLength struct{}

	// register is what an assignment or the beginning of the program has kept.
	register int

	// load is one, two or four octets of the frame in network byte order. A load
	// beyond the captured octets rejects the frame.
	load struct {
		at     value // added to the offset; nil for 0
		offset uint32
		size   uint32
	}

	// calculation with a divisor of 0 rejects the frame.
	calculation struct {
		operator    operator
		left, right value
	}

	// minus is 0 less another value.
	minus struct{ of value }
)

func (constant) value()    {}
func (wireLength) value()  {}
func (register) value()    {}
func (load) value()        {}
func (calculation) value() {}
func (minus) value()       {}

func both(first, second condition) condition   { return junction{true, first, second} }
func either(first, second condition) condition { return junction{false, first, second} }
func not(c condition) condition                { return negation{c} }

// eitherOf joins conditions in their order.
func eitherOf(first condition, others ...condition) condition {
	for _, c := range others {
		first = either(first, c)
	}
	return first
}

func equals(v value, number uint32) condition { return comparison{equal, v, constant(number)} }

func masked(v value, mask uint32) value {
	if mask == 0xffffffff {
		return v
	}
	return calculation{bitAnd, v, constant(mask)}
}

func sum(a, b value) value { return calculation{add, a, b} }

// isSet says whether a value has bits of a mask.
func isSet(v value, mask uint32) condition { return comparison{anyBit, v, constant(mask)} }
