package filter

import "encoding/binary"

// at reads octets of the frame.
func (f *frame) at(offset uint64, size uint32) (uint32, bool) {
	if offset+uint64(size) > uint64(len(f.octets)) {
		return 0, false
	}
	switch size {
	case 1:
		return uint32(f.octets[offset]), true
	case 2:
		return uint32(binary.BigEndian.Uint16(f.octets[offset:])), true
	}
	return binary.BigEndian.Uint32(f.octets[offset:]), true
}

// compileValue makes a function of a value.
func compileValue(v value) number {
	switch v := v.(type) {
	case constant:
		known := uint32(v)
		return func(*frame) (uint32, bool) { return known, true }
	case wireLength:
		return func(f *frame) (uint32, bool) { return f.length, true }
	case register:
		return func(f *frame) (uint32, bool) { return f.registers[v], true }
	case load:
		return compileLoad(v)
	case minus:
		inner := compileValue(v.of)
		return func(f *frame) (uint32, bool) {
			value, ok := inner(f)
			return -value, ok
		}
	case calculation:
		return compileCalculation(v)
	}
	return func(*frame) (uint32, bool) { return 0, false }
}

// compileLoad adds the two parts of the offset without wrapping around.
func compileLoad(l load) number {
	offset, size := uint64(l.offset), l.size
	if l.at == nil {
		return func(f *frame) (uint32, bool) { return f.at(offset, size) }
	}
	if header, ok := headerLength(l.at); ok {
		return func(f *frame) (uint32, bool) {
			if header >= uint64(len(f.octets)) {
				return 0, false
			}
			return f.at(offset+uint64(f.octets[header]&0x0f)<<2, size)
		}
	}
	further := compileValue(l.at)
	return func(f *frame) (uint32, bool) {
		at, ok := further(f)
		if !ok {
			return 0, false
		}
		return f.at(offset+uint64(at), size)
	}
}

// headerLength says where the octet is of which a value is the length of an IPv4
// header, if it is one.
func headerLength(v value) (offset uint64, ok bool) {
	shift, ok1 := v.(calculation)
	if !ok1 || shift.operator != shiftLeft || shift.right != constant(2) {
		return 0, false
	}
	low, ok2 := shift.left.(calculation)
	if !ok2 || low.operator != bitAnd || low.right != constant(0x0f) {
		return 0, false
	}
	l, ok3 := low.left.(load)
	return uint64(l.offset), ok3 && l.at == nil && l.size == 1
}

func compileCalculation(c calculation) number {
	left, right, operator := compileValue(c.left), compileValue(c.right), c.operator
	if mask, ok := c.right.(constant); ok && operator == bitAnd {
		return func(f *frame) (uint32, bool) {
			value, ok := left(f)
			return value & uint32(mask), ok
		}
	}
	return func(f *frame) (uint32, bool) {
		a, ok := left(f)
		if !ok {
			return 0, false
		}
		b, ok := right(f)
		if !ok {
			return 0, false
		}
		return operator.apply(a, b)
	}
}

// maxChain bounds the headers that a headerChain follows. A packet of 64 KiB has
// room for half as many; but authentication headers are followed in a way that
// can lead in circles.
const maxChain = 1 << 14

// compile follows a chain as libpcap does: the offset behind an authentication
// header is counted from the beginning of the packet.
func (c headerChain) compile() test {
	network, wanted := uint64(c.network), c.protocol
	return func(f *frame) verdict {
		field := network + 9
		if c.ipv6 {
			field = network + 6
		}
		protocol, ok := f.at(field, 1)
		at := uint32(40)
		if !c.ipv6 && ok {
			var first uint32
			first, ok = f.at(network, 1)
			at = first & 0x0f << 2
		}
		for range maxChain {
			if !ok {
				return rejected
			}
			if protocol == wanted {
				return yes
			}
			extension := c.ipv6 && (protocol == ipHopByHop || protocol == ipDestination || protocol == ipRouting || protocol == ipFragment)
			if protocol == ipNoNext || !extension && protocol != ipAH {
				return no
			}
			var length uint32
			var ok2 bool
			protocol, ok = f.at(network+uint64(at), 1)
			length, ok2 = f.at(network+uint64(at)+1, 1)
			ok = ok && ok2
			if extension {
				at += (length + 1) * 8
			} else {
				at = (length + 2) * 4
			}
		}
		return no
	}
}
