package filter

// namedValue is a word that stands for a number.
type namedValue struct {
	name  string
	value uint32
}

func valueOf(table []namedValue, name string) (uint32, bool) {
	for _, entry := range table {
		if entry.name == name {
			return entry.value, true
		}
	}
	return 0, false
}
