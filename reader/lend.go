package reader

// MaxLenders is how many inputs on either side of one, in the order of the run, are
// asked for templates and options that it never defines itself. Exporters repeat
// them every half an hour at most (RFC 7011 section 8.4, RFC 3954 section 9), so the
// nearest files have them or none has.
const MaxLenders = 16

// Lend lets inputs use what the surveys of others have learned where they do not
// define a template or an option themselves: that of the nearest input before,
// else of the nearest behind. inputs are in the order of the run. Exporters must be
// known and the same, unless share is set. An error is one of reading an input.
func Lend(inputs []*Exports, share bool) error {
	if putOff(inputs, share) {
		return nil
	}
	for _, e := range inputs {
		if err := e.surveyWhole(); err != nil {
			return err
		}
	}
	for i, e := range inputs {
		if e.kindHasNoTemplates() {
			continue
		}
		for _, other := range neighbours(i, len(inputs)) {
			if from := inputs[other]; !from.kindHasNoTemplates() {
				e.decoder.Borrow(from.decoder, !share)
			}
		}
	}
	return nil
}

// neighbours gives the inputs that lend to the one of number i among n, the first to be
// asked first.
func neighbours(i, n int) (others []int) {
	for before := i - 1; before >= max(0, i-MaxLenders); before-- {
		others = append(others, before)
	}
	for behind := i + 1; behind < min(n, i+1+MaxLenders); behind++ {
		others = append(others, behind)
	}
	return others
}
