package parquetfile

import (
	"slices"

	"netstream/writer/table"
)

// symbolTable numbers the different symbols of a column in a row group, in the order of
// their first appearance. IPv4 addresses are those that their slots tell apart.
type symbolTable struct {
	slotTable
	key     hashKey
	symbols []table.Symbol // by number

	few [fewSymbols]uint32 // numbers of the symbols below it, plus 1; 0 if they have none here
}

// fewSymbols is more than there are of what is told by name: end reasons, sources of times, directions.
const fewSymbols = 64

func newSymbolTable() *symbolTable {
	t := &symbolTable{key: newHashKey()}
	t.resize(firstSlots)
	return t
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

// guessAll gives the numbers of the symbols that are easily found, and collects the others
// in missing.
func (t *symbolTable) guessAll(dst []uint32, symbols []table.Symbol) {
	probes := t.room(len(symbols))
	for i := range probes {
		hash, want := t.key.symbol(&symbols[i])
		probes[i] = probe{want, hash, 0}
	}
	t.guess(dst)
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
			t.miss(i)
		}
	}
	slices.Sort(t.missing)
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
	if t.full(n) {
		t.rehash(2 * (len(t.slots) - 1))
	}
	return uint32(n - 1)
}

// rehash gives the table so many slots.
func (t *symbolTable) rehash(slots int) {
	t.resize(slots)
	for i := range t.symbols {
		hash, slot := t.key.symbol(&t.symbols[i])
		t.slots[t.free(hash)] = slot | uint64(i+1)
	}
}

// reset forgets all symbols.
func (t *symbolTable) reset() {
	t.symbols = t.symbols[:0]
	t.few = [fewSymbols]uint32{}
	clear(t.slots)
}
