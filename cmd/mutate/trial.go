package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"time"

	"netstream/aggregate/flow"
)

const (
	// slowest is how long a case may take.
	slowest = time.Second

	// slowestInterval is how long it may take in addition for each row of the interval
	// table: damage can make flows weeks long, whose intervals nobody can deny them.
	slowestInterval = 5 * time.Microsecond

	// comparedEvery says which cases are run in a second layout as well.
	comparedEvery = 50

	// smallBuffer is a buffer of the capture reader that most records do not fit
	// into, and an odd one.
	smallBuffer = 97

	// rowMemory is room for all rows of nearly every case, in octets: what the
	// program takes by default would only be cleared a hundred thousand times.
	rowMemory = 1 << 18

	// littleMemory is so few octets of rows that most tables are sorted outside.
	littleMemory = 2048
)

// trial is one case: a capture, damaged and metered.
type trial struct {
	seed, index uint64
	path        string
	inside      bool // the decompressed content is damaged
	mutators    []string
	content     []byte
	settings    settings
	layouts     []layout
	limit       time.Duration // of a run; 0 for slowest
	byProcessor bool          // time is that of processors; nothing else must run
}

// name is what -one takes.
func (t *trial) name() string { return fmt.Sprintf("%d:%d", t.seed, t.index) }

func (t *trial) String() string {
	inside := ""
	if t.inside {
		inside = ", decompressed"
	}
	return fmt.Sprintf("case %s: %s%s (%s), %d octets", t.name(), t.path, inside, strings.Join(t.mutators, ", "), len(t.content))
}

// parseName is the inverse of name.
func parseName(name string) (seed, index uint64, err error) {
	left, right, found := strings.Cut(name, ":")
	if found {
		if seed, err = strconv.ParseUint(left, 10, 64); err == nil {
			index, err = strconv.ParseUint(right, 10, 64)
		}
	}
	if !found || err != nil {
		return 0, 0, fmt.Errorf("cannot read case %q: expected SEED:INDEX", name)
	}
	return seed, index, nil
}

// newTrial makes the case of that seed and index.
func newTrial(seed, index uint64, paths []string) (*trial, error) {
	random := rand.New(rand.NewPCG(seed, index))
	t := &trial{seed: seed, index: index, path: paths[random.IntN(len(paths))]}
	t.inside = random.IntN(2) == 0 // no matter for files that are not compressed
	o, err := load(t.path, t.inside)
	if err != nil {
		return nil, err
	}
	t.content, t.mutators = damaged(random, o)
	t.settings = drawSettings(random)
	t.layouts = []layout{{workers: 1, rowMemory: rowMemory, hasher: drawHasher(random)}}
	if index%comparedEvery == 0 {
		t.layouts = append(t.layouts, layout{
			bufferSize: smallBuffer, workers: 3, rowMemory: littleMemory, hasher: drawHasher(random), readAhead: true, atATime: 3})
	}
	return t, nil
}

func drawHasher(random *rand.Rand) flow.Hasher {
	var seed [16]byte
	binary.LittleEndian.PutUint64(seed[:8], random.Uint64())
	binary.LittleEndian.PutUint64(seed[8:], random.Uint64())
	return flow.HasherFromSeed(seed)
}

// meterFunc is run, or what a test puts in its place.
type meterFunc func(content []byte, s *settings, l *layout) (outcome, error)

// try runs the case in all its layouts.
func (t *trial) try(run meterFunc) (first outcome, err error) {
	defer recovered(&err)
	for i := range t.layouts {
		got, err := t.timed(run, &t.layouts[i])
		if err != nil {
			return outcome{}, err
		}
		if i == 0 {
			first = got
		} else if got != first {
			return outcome{}, fmt.Errorf("%s depends on the layout: %s of %d packets, %d messages and %d rows with %+v, %s of %d, %d and %d with %+v",
				difference(&first, &got), first.verdict, first.packets, first.messages, first.rows, t.layouts[0],
				got.verdict, got.packets, got.messages, got.rows, t.layouts[i])
		}
	}
	return first, nil
}

// difference names the first thing in which two outcomes differ.
func difference(a, b *outcome) string {
	switch {
	case a.tables != b.tables:
		return "content of the tables"
	case a.account != b.account:
		return "account"
	}
	return "result"
}

// slowError says that a case took too long.
type slowError struct{ took, limit time.Duration }

func (e *slowError) Error() string {
	return fmt.Sprintf("took %v, must not take longer than %v", e.took, e.limit)
}

// timed runs one layout. A run that takes too long has a second chance, since
// the machine may have been busy.
func (t *trial) timed(run meterFunc, l *layout) (outcome, error) {
	slow := &slowError{}
	for range 2 {
		began := t.now()
		got, err := run(t.content, &t.settings, l)
		slow.took, slow.limit = t.now()-began, cmp.Or(t.limit, slowest)+time.Duration(got.intervals)*slowestInterval
		if err != nil || slow.took <= slow.limit {
			return got, err
		}
	}
	return outcome{}, slow
}

// now is the time that cases are measured by: that of the clock on the wall, or of
// the use of processors, by the process and by those that it has started.
func (t *trial) now() time.Duration {
	if !t.byProcessor {
		return time.Duration(time.Now().UnixNano())
	}
	var sum int64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} { // children that have ended
		var used syscall.Rusage
		if err := syscall.Getrusage(who, &used); err != nil {
			return 0 // the only error is an unknown first argument
		}
		sum += used.Utime.Nano() + used.Stime.Nano()
	}
	return time.Duration(sum)
}
