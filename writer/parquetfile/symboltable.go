package parquetfile

import (
	"math/bits"
	"slices"

	"netstream/writer/table"
)

// symbolTable numbers the different symbols of a column in a row group, in the order of
// their first appearance. It is a hash table with linear probing. A slot holds, from the
// most significant bit on:
//
//	32 bits of the symbol: all that an IPv4 address differs in from others, else of its hash
//	1 bit: it is an IPv4 address
//	31 bits: its number plus 1; 0 if the slot is free
//
// So most slots tell by themselves whether they are those of a symbol: a large table and
// its symbols are far from the processor.
type symbolTable struct {
	key     hashKey
	symbols []table.Symbol // by number
	slots   []uint64       // a power of two, and a free one behind them
	shift   uint           // what a hash is shifted right by to give a slot

	few [fewSymbols]uint32 // numbers of the symbols below it, plus 1; 0 if they have none here

	missing, unsure []uint32 // reused
	probes          []probe
}

// fewSymbols is more than there are of what is told by name: end reasons, sources of times, directions.
const fewSymbols = 64

const (
	ipv4Slot   = 1 << 31
	slotNumber = ipv4Slot - 1
)

// firstSlots is the number of slots of a new table, a power of two.
const firstSlots = 1 << 10

func newSymbolTable() *symbolTable {
	t := &symbolTable{key: newHashKey()}
	t.resize(firstSlots)
	return t
}

func (t *symbolTable) resize(slots int) {
	t.slots = make([]uint64, slots+1)
	t.shift = 64 - uint(bits.TrailingZeros(uint(slots)))
}

// isIPv4 tells whether a symbol is an IPv4 address in the IPv4-mapped form.
func isIPv4(s *table.Symbol) bool {
	return s.High|(s.Low>>32^0xffff)|uint64(s.Class^4) == 0
}

// numberAll gives the number of each symbol. Those that are new get the next ones.
func (t *symbolTable) numberAll(dst []uint32, symbols []table.Symbol) {
	if t.numberFew(dst, symbols) {
		return
	}
	t.guessAll(dst, symbols)
	for _, i := range t.missing {
		dst[i] = t.number(&symbols[i])
	}
}

// numberFew is numberAll if all symbols are below fewSymbols.
func (t *symbolTable) numberFew(dst []uint32, symbols []table.Symbol) bool {
	if len(symbols) == 0 || aboveFew(&symbols[0]) != 0 {
		return false
	}
	dst = dst[:len(symbols)]
	above, unknown := uint64(0), uint32(0)
	for i := range symbols {
		s := &symbols[i]
		above |= aboveFew(s)
		n := t.few[s.Low%fewSymbols] - 1
		dst[i] = n
		unknown |= n
	}
	if above != 0 {
		return false
	}
	if unknown < 1<<31 {
		return true
	}
	for i, n := range dst {
		if n == noNumber {
			dst[i] = t.number(&symbols[i])
			t.few[symbols[i].Low%fewSymbols] = dst[i] + 1
		}
	}
	return true
}

// aboveFew gives 0 for symbols below fewSymbols.
func aboveFew(s *table.Symbol) uint64 { return s.High | uint64(s.Class) | s.Low/fewSymbols }

// guessAll gives the numbers of the symbols that lie in one of the first two slots where
// they can be, and collects the others in missing. There is no branch between the
// accesses to the slots, nor between those to the symbols, and little else, so that many
// of them are on their way at the same time.
func (t *symbolTable) guessAll(dst []uint32, symbols []table.Symbol) {
	probes := slices.Grow(t.probes[:0], len(symbols))[:len(symbols)]
	t.probes = probes
	for i := range probes {
		hash, want := t.key.symbol(&symbols[i])
		probes[i] = probe{want, hash, 0}
	}
	slots, shift := t.slots, t.shift&63
	for i := range probes {
		p := &probes[i]
		at := p.first >> shift
		p.first, p.second = slots[at], slots[at+1]
	}
	missing := slices.Grow(t.missing[:0], len(probes))[:len(probes)]
	unsure := slices.Grow(t.unsure[:0], len(probes))[:len(probes)]
	missed, doubts := 0, 0
	dst = dst[:len(probes)]
	for i := range probes {
		p := &probes[i]
		// The slot of the symbol has its number here, others more than there can be.
		found := min((p.first^p.want)-1, (p.second^p.want)-1)
		dst[i] = uint32(found)
		missing[missed], unsure[doubts] = uint32(i), uint32(i)
		miss, doubt := 0, 1
		if found >= slotNumber {
			miss = 1
		}
		if p.want&ipv4Slot != 0 {
			doubt = 0
		}
		missed += miss
		doubts += doubt &^ miss
	}
	t.missing, t.unsure = missing[:missed], unsure[:doubts]
	t.confirm(dst, symbols)
}

// confirm looks at the symbols of which the slots leave doubts, and takes those into
// missing that are others than it seemed.
func (t *symbolTable) confirm(numbers []uint32, symbols []table.Symbol) {
	differ := uint64(0)
	for _, i := range t.unsure {
		s, k := &symbols[i], &t.symbols[numbers[i]]
		differ |= (s.High ^ k.High) | (s.Low ^ k.Low) | uint64(s.Class^k.Class)
	}
	if differ == 0 {
		return
	}
	for _, i := range t.unsure {
		if symbols[i] != t.symbols[numbers[i]] {
			t.missing = append(t.missing, i)
		}
	}
	slices.Sort(t.missing)
}

// probe is what a symbol is looked up by.
type probe struct {
	want          uint64 // what its slot holds but its number
	first, second uint64 // what lies in the first two slots where it can be; before, first is its hash
}

// number gives the number of a symbol, which may be new.
func (t *symbolTable) number(s *table.Symbol) uint32 {
	hash, want := t.key.symbol(s)
	mask := uint64(len(t.slots) - 2)
	for at := hash >> (t.shift & 63); ; at = (at + 1) & mask {
		switch slot := t.slots[at]; {
		case slot == 0:
			return t.add(s, at, want)
		case (slot^want) <= slotNumber && t.symbols[slot&slotNumber-1] == *s:
			return uint32(slot&slotNumber) - 1
		}
	}
}

// add gives the next number to a symbol that has none, at the free slot where it belongs.
func (t *symbolTable) add(s *table.Symbol, at, slot uint64) uint32 {
	t.symbols = append(t.symbols, *s)
	n := len(t.symbols)
	t.slots[at] = slot | uint64(n)
	if slots := len(t.slots) - 1; 8*n > 5*slots {
		t.resize(2 * slots)
		for i := range t.symbols {
			hash, slot := t.key.symbol(&t.symbols[i])
			t.slots[t.free(hash)] = slot | uint64(i+1)
		}
	}
	return uint32(n - 1)
}

// free gives the first free slot for a hash.
func (t *symbolTable) free(hash uint64) uint64 {
	mask := uint64(len(t.slots) - 2)
	at := hash >> (t.shift & 63)
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	return at
}

// reset forgets all symbols.
func (t *symbolTable) reset() {
	t.symbols = t.symbols[:0]
	t.few = [fewSymbols]uint32{}
	clear(t.slots)
}
