package main

import (
	"math/rand/v2"
	"slices"
)

// exportMutators gives the mutators of export files: those of captures, which damage
// octets, ranges and records whatever they are of, and those that know where the
// numbers of messages are.
func exportMutators() []mutator {
	all := slices.DeleteFunc(mutators(), func(m mutator) bool { return m.name == "snap" })
	return append(all,
		mutator{"snap", snapFrames},
		mutator{"versions", changeNumbers(versionRole | domainRole)},
		mutator{"counts", changeNumbers(countRole | fieldCountRole)},
		mutator{"sizes", changeNumbers(lengthRole)},
		mutator{"ids", changeNumbers(setRole | templateRole)},
		mutator{"elements", changeElements},
		mutator{"field lengths", changeNumbers(fieldLengthRole)},
		mutator{"value lengths", changeNumbers(valueLengthRole)},
		mutator{"clocks", changeNumbers(clockRole)},
		mutator{"exchange", exchangeNumbers},
		mutator{"pieces", movePieces},
		mutator{"grow", growPiece},
		mutator{"shrink", shrinkPiece},
		mutator{"splice", splice},
	)
}

// roundsAtMost is how many mutators damage an export file at most. It has several
// messages, and damage to one often is none to the others.
const roundsAtMost = 5

// damagedExports gives a damaged copy of an export file and the names of the
// mutators.
func damagedExports(random *rand.Rand, o *original) (content []byte, names []string) {
	content = slices.Clone(o.content)
	all := exportMutators()
	for range 1 + random.IntN(roundsAtMost) {
		if len(content) == 0 {
			break
		}
		m := all[random.IntN(len(all))]
		content = m.damage(random, o, content)
		names = append(names, m.name)
	}
	return content[:min(len(content), maxContent)], names
}

// changeNumbers gives a mutator that changes a few of the numbers with given roles.
// Where a file has none of them it changes any.
func changeNumbers(roles role) func(*rand.Rand, *original, []byte) []byte {
	return func(random *rand.Rand, o *original, content []byte) []byte {
		places := o.sitesOf(roles)
		if len(places) == 0 {
			return changeHeaders(random, o, content)
		}
		for range 1 + random.IntN(4) {
			if s := places[random.IntN(len(places))]; s.within(content) {
				s.write(content, hostile(random, s.read(content), s.width))
			}
		}
		return content
	}
}

// elements bounds the numbers of information elements that most are below.
const elements = 512

// changeElements has fields tell something else, mostly elements that are assigned,
// or those of another file.
func changeElements(random *rand.Rand, o *original, content []byte) []byte {
	places := o.sitesOf(elementRole)
	if len(places) == 0 {
		return changeHeaders(random, o, content)
	}
	var others []site
	if o.other != nil {
		others = o.other.sitesOf(elementRole)
	}
	for range 1 + random.IntN(6) {
		s := places[random.IntN(len(places))]
		if !s.within(content) {
			continue
		}
		v := uint64(random.IntN(elements))
		if len(others) > 0 && random.IntN(2) == 0 {
			v = others[random.IntN(len(others))].read(o.other.content)
		}
		s.write(content, v)
	}
	return content
}

// exchangeNumbers gives a number the value of another one with the same role: sets
// of one template the id of another one, domains and counts those of another
// message.
func exchangeNumbers(random *rand.Rand, o *original, content []byte) []byte {
	if len(o.sites) == 0 {
		return swapSlices(random, o, content)
	}
	for range 1 + random.IntN(4) {
		s := o.sites[random.IntN(len(o.sites))]
		alike := o.sitesOf(s.role)
		other := alike[random.IntN(len(alike))]
		if s.within(content) && other.within(content) {
			a, b := s.read(content), other.read(content)
			s.write(content, b)
			if random.IntN(2) == 0 {
				other.write(content, a)
			}
		}
	}
	return content
}

// snapFrames is snap for captures; of other files it cuts pieces.
func snapFrames(random *rand.Rand, o *original, content []byte) []byte {
	if len(o.frames) == 0 || len(o.records) == 0 {
		return cutEnd(random, o, content)
	}
	if header := o.frames[0].begin - o.records[0].begin; header != pcapHeader && header != epbHeader {
		return shrinkPiece(random, o, content)
	}
	return snap(random, o, content)
}

// drawPiece draws a piece of content that has not changed its length; ok is false
// if there is none.
func (o *original) drawPiece(random *rand.Rand, content []byte) (p piece, ok bool) {
	if len(o.pieces) == 0 || len(content) != len(o.content) {
		return piece{}, false
	}
	return o.pieces[random.IntN(len(o.pieces))], true
}

// movePieces takes out a piece, or puts a copy of it behind or in the place of
// another one, and corrects what counts them, so that a decoder finds
// nothing wrong around them.
func movePieces(random *rand.Rand, o *original, content []byte) []byte {
	p, ok := o.drawPiece(random, content)
	if !ok {
		return moveRecords(random, o, content)
	}
	octets := slices.Clone(content[p.begin:p.end])
	to, _ := o.drawPiece(random, content)
	switch random.IntN(3) {
	case 0:
		correct(content, p.lengths, -len(octets))
		correct(content, p.counts, -1)
		return slices.Delete(content, p.begin, p.end)
	case 1:
		copies := 1 + random.IntN(1<<random.IntN(4))
		correct(content, to.lengths, copies*len(octets))
		correct(content, to.counts, copies)
		return slices.Insert(content, to.end, slices.Repeat(octets, copies)...)
	}
	correct(content, to.lengths, len(octets)-(to.end-to.begin))
	return slices.Replace(content, to.begin, to.end, octets...)
}

// growPiece inserts octets into a piece and corrects the lengths that count them.
func growPiece(random *rand.Rand, o *original, content []byte) []byte {
	p, ok := o.drawPiece(random, content)
	if !ok {
		return repeatSlice(random, o, content)
	}
	octets := make([]byte, 1+random.IntN(1<<random.IntN(9)))
	for i := range octets {
		octets[i] = byte(random.IntN(256)) & byte(-random.IntN(2))
	}
	correct(content, p.inner, len(octets))
	correct(content, p.lengths, len(octets))
	return slices.Insert(content, p.begin+random.IntN(p.end-p.begin+1), octets...)
}

// shrinkPiece takes octets out of a piece and corrects the lengths that count them.
func shrinkPiece(random *rand.Rand, o *original, content []byte) []byte {
	p, ok := o.drawPiece(random, content)
	if !ok {
		return removeSlice(random, o, content)
	}
	begin := p.begin + random.IntN(p.end-p.begin)
	end := begin + 1 + random.IntN(p.end-begin)
	correct(content, p.inner, begin-end)
	correct(content, p.lengths, begin-end)
	return slices.Delete(content, begin, end)
}

// splice puts messages, frames or blocks of another file between those of this one,
// or in their place.
func splice(random *rand.Rand, o *original, content []byte) []byte {
	if o.other == nil || len(o.other.records) == 0 || len(o.records) == 0 || len(content) != len(o.content) {
		return moveRecords(random, o, content)
	}
	from := o.other.records
	for range 1 + random.IntN(4) {
		r := from[random.IntN(len(from))]
		octets := o.other.content[r.begin:r.end]
		to := o.records[random.IntN(len(o.records))]
		end := to.begin
		if random.IntN(2) == 0 {
			end = to.end
		}
		if end > len(content) { // an earlier round has taken messages out
			continue
		}
		content = slices.Replace(content, to.begin, end, octets...)
	}
	return content
}
