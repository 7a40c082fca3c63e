package main

import (
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/reader/datagram"
)

func TestNumbersAreReadAsWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 0))
	for _, width := range []int{1, 2, 4, 8} {
		for _, little := range []bool{false, true} {
			content := make([]byte, 12)
			s := site{at: 2, width: width, little: little}
			for range 200 {
				v := hostile(random, random.Uint64()>>(64-8*width), width)
				if width < 8 && v >= 1<<(8*width) {
					t.Fatalf("%d does not fit into %d octets", v, width)
				}
				s.write(content, v)
				if got := s.read(content); got != v {
					t.Fatalf("width %d, little-endian %t: got %d, want %d", width, little, got, v)
				}
			}
			if content[1] != 0 || content[2+width] != 0 {
				t.Errorf("width %d: octets beside the number are changed", width)
			}
		}
	}
	if s := (site{at: 10, width: 4}); s.within(make([]byte, 13)) || !s.within(make([]byte, 14)) {
		t.Error("a number at octet 10 of 4 octets is in 13 octets, or is not in 14")
	}
}

// TestSurveyKnowsNumbers compares what a survey says of numbers with what they are.
func TestSurveyKnowsNumbers(t *testing.T) {
	built := mustBuild(t)
	for _, test := range []struct {
		name  string
		roles role // that occur, and no others
	}{
		{"version 1", versionRole | countRole | clockRole},
		{"version 5", versionRole | countRole | clockRole | domainRole},
		{"version 8, scheme 5", versionRole | countRole | clockRole | domainRole},
		{"version 9, IPv4", versionRole | countRole | lengthRole | setRole | templateRole | fieldCountRole | elementRole | fieldLengthRole | clockRole | domainRole},
		{"IPFIX, IPv6", versionRole | lengthRole | setRole | templateRole | fieldCountRole | elementRole | fieldLengthRole | clockRole | domainRole},
		{"IPFIX, lists", versionRole | lengthRole | setRole | templateRole | fieldCountRole | elementRole | fieldLengthRole | valueLengthRole | clockRole | domainRole},
		{"exports over UDP", versionRole | countRole | lengthRole | setRole | templateRole | fieldCountRole | elementRole | fieldLengthRole | clockRole | domainRole},
		{"nfcapd, layout 1, compression 0", versionRole | countRole | lengthRole | setRole},
		{"nfcapd, layout 2, compression 0", versionRole | countRole | lengthRole | setRole | fieldCountRole | elementRole | fieldLengthRole | clockRole | domainRole},
		{"nfcapd, layout 2, compression 4", versionRole | countRole | lengthRole | setRole | clockRole | domainRole},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := built[test.name]
			var found role
			for _, s := range f.sites {
				found |= s.role
				if !s.within(f.content) {
					t.Fatalf("number %+v is not in %d octets", s, len(f.content))
				}
				v := s.read(f.content)
				switch {
				case f.kind == datagram.Nfcapd:
				case s.role == versionRole && v != 1 && (v < 5 || v > 10),
					s.role == setRole && v > 3 && v < 256,
					s.role == templateRole && v < 256,
					s.role == lengthRole && (v < 4 || v > 4096),
					s.role == elementRole && v == 0:
					t.Errorf("role %b: got %d at octet %d", s.role, v, s.at)
				}
			}
			if found != test.roles {
				t.Errorf("found roles %b, want %b", found, test.roles)
			}
		})
	}
}

// TestPiecesAreCounted takes out, repeats, grows and shrinks every piece of files: all
// messages and blocks are found as before, since all that counts the piece was
// corrected.
func TestPiecesAreCounted(t *testing.T) {
	for name, f := range mustBuild(t) {
		if f.kind == datagram.CaptureOfExports && name != "exports over UDP" {
			continue
		}
		if len(f.pieces) == 0 && name[:5] != "nfcap" {
			t.Errorf("%s has no pieces", name)
		}
		for i := range f.pieces {
			o := *f.original
			o.pieces = f.pieces[i : i+1]
			for seed := range uint64(3) {
				for _, m := range []mutator{{"pieces", movePieces}, {"grow", growPiece}, {"shrink", shrinkPiece}} {
					content := m.damage(rand.New(rand.NewPCG(seed, uint64(i))), &o, slices.Clone(f.content))
					again := &original{content: content}
					again.surveyExports(f.kind)
					if len(again.records) != len(f.records) && !ambiguous(f, &o.pieces[0], m.name) {
						t.Fatalf("%s, piece %+v, %s, seed %d: %d messages, want %d", name, o.pieces[0], m.name, seed, len(again.records), len(f.records))
					}
				}
			}
		}
	}
}

// ambiguous says whether a piece of another length shifts what has no length of its
// own: records of versions with one layout, and sets of version 9, whose messages end
// where the next one seems to begin.
func ambiguous(f *exportFile, p *piece, mutator string) bool {
	version9 := f.kind == datagram.RawExports && f.content[1] == 9
	return mutator != "pieces" && (version9 || p.inner == nil && len(p.lengths) == 0)
}
