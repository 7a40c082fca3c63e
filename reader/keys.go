package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/header"
	"netstream/reader/key"
)

// keys makes the flow keys of one input's packets where they are not the 7-tuple.
// Packets keep their full keys until they leave, since fragments are told by them;
// the number of the observation point that the flow key will have, which needs the
// frame, waits in Packet.Hash, which nothing reads before.
type keys struct {
	*key.Projection
	varies  bool // by what packets hold beyond the 7-tuple
	numbers map[pointOf]uint32
	last    pointOf  // most packets agree with the one before
	number  uint32   // of last; valid if there is any in numbers
	known   []uint32 // unless keys vary, by the number of the observed point: that of the key's plus 1; 0 if it has none yet
	again   flow.Packet
	pairs   *pairs // nil unless packets of both directions have one key
}

// pointOf is what the observation point of a flow key is made of.
type pointOf struct {
	observed uint32
	flexible flow.Flexible
}

// newKeys gives nil for the default key of packets that are not paired.
func newKeys(options *Options) *keys {
	definition := options.Key
	if definition == (flow.KeyDefinition{}) {
		definition = flow.DefaultKey()
	}
	if definition == flow.DefaultKey() && !options.Biflows {
		return nil
	}
	k := &keys{Projection: key.New(definition), numbers: make(map[pointOf]uint32)}
	k.varies = k.Varies()
	if options.Biflows {
		k.pairs = &pairs{points: options.Points}
	}
	return k
}

// prepare numbers the observation point that the flow key of a packet will have.
// inner says that the packet was decoded with DecodeInner.
func (p *Packets) prepare(packet *flow.Packet, f *capture.Frame, inner bool) error {
	k := p.keys
	if !k.varies {
		if number, ok := k.numberOf(packet.Key.Point); ok {
			packet.Hash = uint64(number)
			return nil
		}
	}
	var labels header.Labels
	if k.Reads(packet) {
		labels = p.interfaces[f.Interface].decoder.Labels(&k.again, f.Data, f.Length, inner)
	}
	of := pointOf{packet.Key.Point, k.Flexible(packet, &labels)}
	if of == k.last && len(k.numbers) > 0 {
		packet.Hash = uint64(k.number)
		return nil
	}
	number, ok := k.numbers[of]
	if !ok {
		var err error
		number, err = p.number(k.Point(p.options.Points.Point(of.observed), of.flexible),
			"take fields with fewer values into the key: those of all captures count together")
		if err != nil {
			return err
		}
		if err := p.pair(number); err != nil {
			return err
		}
		k.numbers[of] = number
	}
	k.last, k.number = of, number
	packet.Hash = uint64(number)
	if !k.varies {
		k.know(of.observed, number)
	}
	return nil
}

// know notes the number of the observation point of flow keys whose packets were observed at a point.
func (k *keys) know(observed, number uint32) {
	for uint64(len(k.known)) <= uint64(observed) {
		k.known = append(k.known, 0)
	}
	k.known[observed] = number + 1
}

// numberOf gives the number of the observation point of flow keys whose packets were observed at a point, if it is known
// already. It must not be asked for keys that vary.
func (k *keys) numberOf(observed uint32) (number uint32, ok bool) {
	if uint64(observed) >= uint64(len(k.known)) || k.known[observed] == 0 {
		return 0, false
	}
	return k.known[observed] - 1, true
}

// finish gives a packet that leaves its flow key.
func (k *keys) finish(packet *flow.Packet) {
	if k.take(&packet.Key, packet.Hash) {
		packet.Meta.Marks |= flow.MarkReversed
	}
}

// of gives the flow key of a prepared packet, and whether it was turned around.
func (k *keys) of(packet *flow.Packet) (key flow.Key, turned bool) {
	key = packet.Key
	turned = k.take(&key, packet.Hash)
	return key, turned
}

// take makes the full key of a prepared packet its flow key, and says whether it was turned around.
func (k *keys) take(key *flow.Key, prepared uint64) (turned bool) {
	k.Key(key)
	key.Point = uint32(prepared)
	return k.pairs != nil && k.pairs.turn(key)
}
