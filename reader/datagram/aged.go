package datagram

// aged is a map that knows the order of its entries: which was put, or brought
// forward, longest ago.
type aged[K comparable, V any] struct {
	entries        map[K]*entry[K, V]
	oldest, newest *entry[K, V]
}

type entry[K comparable, V any] struct {
	key          K
	value        V
	older, newer *entry[K, V]
}

// get gives the value of a key, nil if there is none.
func (a *aged[K, V]) get(key K) *V {
	if e := a.entries[key]; e != nil {
		return &e.value
	}
	return nil
}

// put adds a key that is not there, as the newest, and gives its zero value.
func (a *aged[K, V]) put(key K) *V {
	if a.entries == nil {
		a.entries = make(map[K]*entry[K, V])
	}
	e := &entry[K, V]{key: key}
	a.entries[key] = e
	a.append(e)
	return &e.value
}

// renew makes the entry of a key the newest.
func (a *aged[K, V]) renew(key K) {
	if e := a.entries[key]; e != nil && e != a.newest {
		a.unlink(e)
		a.append(e)
	}
}

func (a *aged[K, V]) remove(key K) {
	if e := a.entries[key]; e != nil {
		a.unlink(e)
		delete(a.entries, key)
	}
}

func (a *aged[K, V]) append(e *entry[K, V]) {
	e.older, e.newer = a.newest, nil
	if a.newest != nil {
		a.newest.newer = e
	} else {
		a.oldest = e
	}
	a.newest = e
}

func (a *aged[K, V]) unlink(e *entry[K, V]) {
	if e.older != nil {
		e.older.newer = e.newer
	} else {
		a.oldest = e.newer
	}
	if e.newer != nil {
		e.newer.older = e.older
	} else {
		a.newest = e.older
	}
}
