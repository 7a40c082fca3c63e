package accounting

import (
	"bytes"
	"errors"
	"iter"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// follower reads what belongs to groups beside their sums: rows of a sorter whose keys
// begin with that of the group, in the order of groups. Rows of equal keys are one.
type follower[S any] struct {
	tail    int // octets of each key behind that of the group
	take    func(row *flow.SchemeRow, tail []byte, sums *S)
	reset   func(sums *S)
	combine func(sums, other *S)

	next  func() (*item[S], error, bool) // nil if there is nothing to follow
	stop  func()
	ahead *item[S] // read, but not combined with others yet; nil at the end
	begun bool
	head  item[S]
	have  bool // there is a head
}

// follow begins to read a sorter that is finished; there may be none.
func follow[S any](sorter *runs.Sorter[item[S]], tail int, take func(row *flow.SchemeRow, tail []byte, sums *S), reset func(*S), combine func(sums, other *S)) *follower[S] {
	f := &follower[S]{tail: tail, take: take, reset: reset, combine: combine, stop: func() {}}
	if sorter == nil {
		return f
	}
	f.next, f.stop = iter.Pull2(func(yield func(*item[S], error) bool) {
		stopped := errors.New("nobody reads on")
		err := runs.Merge([]*runs.Sorter[item[S]]{sorter}, func(i *item[S]) error {
			if !yield(i, nil) {
				return stopped
			}
			return nil
		})
		if err != nil && err != stopped {
			yield(nil, err)
		}
	})
	return f
}

// errStray would be a mistake of this package.
var errStray = errors.New("bug: addresses or seconds belong to no group")

// belonging takes all that belongs to the group of a key into its row.
func (f *follower[S]) belonging(key []byte, row *flow.SchemeRow) error {
	if f.next == nil {
		return nil
	}
	if err := f.start(); err != nil {
		return err
	}
	for f.have {
		group := f.head.key[:len(f.head.key)-f.tail]
		switch c := bytes.Compare(group, key); {
		case c < 0:
			return errStray
		case c > 0:
			return nil
		}
		f.take(row, f.head.key[len(group):], &f.head.sums)
		if err := f.advance(); err != nil {
			return err
		}
	}
	return nil
}

// start makes the first row the head, once.
func (f *follower[S]) start() error {
	if f.begun {
		return nil
	}
	f.begun = true
	return errors.Join(f.read(), f.advance())
}

// ended gives an error if there is more than what belongs to groups.
func (f *follower[S]) ended() error {
	if f.have {
		return errStray
	}
	return nil
}

// advance makes the next row, with all that have its key, the head.
func (f *follower[S]) advance() error {
	if f.have = f.ahead != nil; !f.have {
		return nil
	}
	f.head.key = append(f.head.key[:0], f.ahead.key...)
	f.reset(&f.head.sums)
	for {
		f.combine(&f.head.sums, &f.ahead.sums)
		if err := f.read(); err != nil {
			return err
		}
		if f.ahead == nil || !bytes.Equal(f.ahead.key, f.head.key) {
			return nil
		}
	}
}

func (f *follower[S]) read() error {
	i, err, ok := f.next()
	if !ok {
		i = nil
	}
	f.ahead = i
	return err
}
