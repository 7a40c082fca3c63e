package reader

// MaxLenders is how many inputs on either side of one, in the order of the run, are
// asked for templates and options that it never defines itself. Exporters repeat
// them every half an hour at most (RFC 7011 section 8.4, RFC 3954 section 9), so the
// nearest files have them or none has.
const MaxLenders = 16

// Lend lets inputs use what the surveys of others have learned where they do not
// define a template or an option themselves: that of the nearest input before,
// else of the nearest behind. inputs are in the order of the run. Exporters must be
// known and the same, unless share is set.
func Lend(inputs []*Exports, share bool) {
	for i, e := range inputs {
		if e.kindHasNoTemplates() {
			continue
		}
		for before := i - 1; before >= max(0, i-MaxLenders); before-- {
			e.borrow(inputs[before], share)
		}
		for behind := i + 1; behind < min(len(inputs), i+1+MaxLenders); behind++ {
			e.borrow(inputs[behind], share)
		}
	}
}

func (e *Exports) borrow(from *Exports, share bool) {
	if !from.kindHasNoTemplates() {
		e.decoder.Borrow(from.decoder, !share)
	}
}
