package reader

import "sort"

// awaits are the later fragments that have their clock, and wait for their turn. It comes
// with the turn of many others, and by then an identification can have been in use again
// many times: so first fragments are kept until all those have left that they can name.
// What a fragment is named by so hangs on nothing but the packets before and behind it.
//
// Only packets that wait make it grow, of which there are 65,536 and a batch at most: it takes 100
// octets for each of their identities, and 72 for each first fragment.
type awaits struct {
	waiting map[fragmented]await
	latest  uint64 // number of the frame that has got its clock last
}

// await is what is known of the fragments of an identity that wait. They are counted in
// two parts, so that what the first part has needed can be forgotten when it has left.
type await struct {
	older  []firstFragment // those that identified.recent has no place for, in the order of the file
	bound  uint64          // number of the last frame that early can be of
	early  uint32          // fragments up to bound
	behind uint32          // the others
}

// begin notes that a fragment waits.
func (a *awaits) begin(identity fragmented, number uint64) {
	a.latest = number
	w, known := a.waiting[identity]
	if !known {
		w.bound = number
	}
	if number <= w.bound {
		w.early++
	} else {
		w.behind++
	}
	a.waiting[identity] = w
}

// keep keeps a first fragment that would be forgotten, if it can name one that waits.
func (a *awaits) keep(identity fragmented, f *firstFragment) {
	if w, waits := a.waiting[identity]; waits {
		w.older = append(w.older, *f)
		a.waiting[identity] = w
	}
}

// end notes that a fragment has left.
func (a *awaits) end(identity fragmented, number uint64) {
	w, waits := a.waiting[identity]
	if !waits {
		return
	}
	if number <= w.bound {
		w.early--
	} else {
		w.behind--
	}
	switch {
	case w.early > 0:
	case w.behind == 0:
		delete(a.waiting, identity)
		return
	default:
		w.next(a.latest)
	}
	a.waiting[identity] = w
}

// next begins another part with all that wait. Of the first fragments up to the bound no
// more can name them than the last ones. Each is moved once at most before it is forgotten
// or among these.
func (w *await) next(latest uint64) {
	unneeded := sort.Search(len(w.older), func(i int) bool { return w.older[i].number > w.bound }) - recentFirsts
	if unneeded > 0 {
		w.older = append(w.older[:0], w.older[unneeded:]...)
	}
	w.bound, w.early, w.behind = latest, w.behind, 0
}
