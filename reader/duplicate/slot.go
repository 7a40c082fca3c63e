package duplicate

// slot says that a packet is at a place of the ring. It has the place, some bits of the packet's hash, and how many slots
// behind that of its hash it is; 0 is empty. Slots are small, so that all of them stay close to the processor, and hold what
// tells nearly all packets apart, which lie all over the memory.
type slot uint32

const (
	placeBits  = 16
	homeBits   = placeBits + 1 // of the hash, those that say which slot it is: half of all slots are in use at most
	behindBits = 4
	tagBits    = 32 - 1 - behindBits - placeBits // of the hash, some of the others
	behindFrom = placeBits + tagBits
	far        = 1<<behindBits - 1 // as many slots behind that of its hash, or more: the hash itself tells
	inUse      = 1 << 31
)

// slotFor gives the slot of a packet of a hash at a place.
func slotFor(hash uint32, place, behind int) slot {
	return slot(inUse | tag(hash)<<placeBits | uint32(place)).moved(behind)
}

// moved gives the slot for a packet that is so many slots behind that of its hash.
func (s slot) moved(behind int) slot {
	return s&^(far<<behindFrom) | slot(min(behind, far)<<behindFrom)
}

func tag(hash uint32) uint32 { return hash >> homeBits & (1<<tagBits - 1) }

func (s slot) place() int  { return int(s & (1<<placeBits - 1)) }
func (s slot) tag() uint32 { return uint32(s) >> placeBits & (1<<tagBits - 1) }

// home is the slot that a packet of a hash has unless others were before it.
func (w *Window) home(hash uint32) int { return int(hash) & (len(w.slots) - 1) }

func (w *Window) after(i int) int { return (i + 1) & (len(w.slots) - 1) }

// find gives the slot of a packet of the same digest and length, of which there is one at most, or says that there is none.
func (w *Window) find(p *packet) (i int, found bool) {
	tag := tag(p.hash)
	for i = w.home(p.hash); w.slots[i] != 0; i = w.after(i) {
		if s := w.slots[i]; s.tag() == tag {
			if q := &w.packet[s.place()]; q.digest == p.digest && q.octets == p.octets {
				return i, true
			}
		}
	}
	return i, false
}

// slotOf gives the slot of the packet at a place, which must have one.
func (w *Window) slotOf(place int) int {
	i := w.home(w.packet[place].hash)
	for w.slots[i] == 0 || w.slots[i].place() != place {
		i = w.after(i)
	}
	return i
}

// insert gives the packet at a place a slot.
func (w *Window) insert(place int) {
	i, behind := w.home(w.packet[place].hash), 0
	for w.slots[i] != 0 {
		i, behind = w.after(i), behind+1
	}
	w.slots[i] = slotFor(w.packet[place].hash, place, behind)
}

// remove empties slot i and moves those behind it that find would no longer reach (Knuth, volume 3, section 6.4,
// algorithm R).
func (w *Window) remove(i int) {
	for j := w.after(i); w.slots[j] != 0; j = w.after(j) {
		step := (j - i) & (len(w.slots) - 1)
		if behind := w.behind(j); behind >= step {
			w.slots[i] = w.slots[j].moved(behind - step)
			i = j
		}
	}
	w.slots[i] = 0
}

// behind gives how many slots behind that of its packet's hash slot i is.
func (w *Window) behind(i int) int {
	s := w.slots[i]
	if behind := int(s >> behindFrom & far); behind < far {
		return behind
	}
	return (i - w.home(w.packet[s.place()].hash)) & (len(w.slots) - 1)
}
