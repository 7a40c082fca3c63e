package zone

import "strings"

// Suggest gives the name of a zone that a text that is none most likely means: the same
// letters in other case, a place without its region, or one or two slips of the pen.
// ok is false if there is none.
func Suggest(text string) (name string, ok bool) {
	names, err := Names()
	if err != nil || text == "" {
		return "", false
	}
	wanted := normal(text)
	closest := min(2, len(wanted)/4) + 1
	for _, candidate := range names {
		spelled := normal(candidate)
		if spelled == wanted {
			return candidate, true
		}
		_, place, _ := strings.Cut(spelled, "/")
		if d := min(distance(spelled, wanted), distance(place, wanted)); d < closest {
			name, closest, ok = candidate, d, true
		}
	}
	return name, ok
}

// normal gives a text as names are compared.
func normal(text string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(text))
}

// distance gives how many octets must be put in, taken out or changed to make one
// text of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
