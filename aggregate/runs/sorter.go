package runs

import (
	"cmp"
	"errors"
	"slices"
)

// Order says how rows of one kind are laid out and compared. Rows are kept and
// compared encoded: that takes a third of the memory, and a row is decoded once,
// when its turn has come.
type Order[T any] struct {
	// Append appends the encoded row to dst; at most MaxRow octets. Decode reads it
	// back from exactly those octets. Nearly always they have Slack octets of room behind
	// them, which hold anything.
	Append func(dst []byte, row *T) []byte
	Decode func(src []byte, row *T) error

	// Prefix gives numbers that order encoded rows as Compare does, the first that
	// differs deciding, as far as they differ. They spare most of the comparisons,
	// each of which fetches two rows from all over the memory.
	Prefix func(row []byte) (first, second, third uint64)

	// Further gives two more numbers for rows that agree in those of Prefix. It is asked less often, and may be nil.
	Further func(row []byte) (fourth, fifth uint64)

	// Compare gives -1, 0 or +1 for two encoded rows.
	Compare func(a, b []byte) int
}

// prefixNumbers is how many numbers a prefix has, and allNumbers how many rows have with further ones.
const (
	prefixNumbers = 3
	allNumbers    = prefixNumbers + 2
)

// MaxRow is the greatest length of an encoded row in octets.
const MaxRow = 4096

// Slack is how much room there is behind rows in octets, so that several octets can be
// read at a time.
const Slack = 256

// Limits bound what a sorter holds.
type Limits struct {
	Octets int // of rows in memory, at most [MaxMemory]; at least one row is kept
	Runs   int // files open at a time, and one more while they are merged; at least LeastRuns
}

// LeastRuns is the least number of files of a sorter. With fewer, most rows would
// be written again each time that memory is full.
const LeastRuns = 4

// MaxMemory is the greatest limit of a sorter in octets.
const MaxMemory = 1 << 31

// Sorter takes rows in any order. It is not safe for concurrent use. It holds
// files until it was merged or closed.
type Sorter[T any] struct {
	order  Order[T]
	limits Limits
	create func() (File, error)

	octets []byte // encoded rows, one behind the other
	refs   []ref
	spare  []ref      // where sorting moves refs to
	ends   []uint32   // of the parts that are being sorted
	keep   int        // runs that are to be kept in memory from now on
	kept   []resident // runs in memory
	files  []run
	buffer []byte // what files are written through
	err    error

	touched byte // keeps the reads of touch alive
}

// resident is a run that is kept in memory: rows, and refs to them in their order.
type resident struct {
	octets []byte
	refs   []ref
}

// ref is one row of octets. The limit of a sorter keeps offsets in 32 bits.
type ref struct {
	key        uint64 // that number of the row's prefix by which it is being sorted
	at, length uint32
}

// refSize is what a row takes beside its octets: a ref, and another one in spare.
const refSize = 2 * 16

// NewSorter gives a sorter that keeps rows in memory as far as they fit, and asks
// create for a file each time that it has to write them out.
func NewSorter[T any](order Order[T], limits Limits, create func() (File, error)) *Sorter[T] {
	limits.Octets = min(limits.Octets, MaxMemory)
	limits.Runs = max(limits.Runs, LeastRuns)
	return &Sorter[T]{order: order, limits: limits, create: create}
}

// Add takes a row. The first error is kept, and rows are dropped from then on:
// see Err.
func (s *Sorter[T]) Add(row *T) {
	s.Took(s.order.Append(s.Room(), row))
}

// Room is Add for a caller who encodes the row himself, as Order.Append does: it gives the octets that
// the row is to be appended to, at most MaxRow, and what that makes is given to Took.
func (s *Sorter[T]) Room() []byte {
	if len(s.octets)+len(s.refs)*refSize >= s.limits.Octets && len(s.refs) > 0 && s.err == nil {
		s.err = s.spill()
	}
	if s.err == nil {
		s.makeRoom()
	}
	return s.octets
}

// Took takes the row that was appended to what Room gave.
func (s *Sorter[T]) Took(octets []byte) {
	if s.err != nil {
		return
	}
	at := len(s.octets)
	s.octets = octets
	s.refs = append(s.refs, ref{at: uint32(at), length: uint32(len(octets) - at)})
}

// firstRoom is how many octets of rows a sorter has room for at first. Most runs are of
// few rows, and all room that there may be takes longer to clear than those to sort.
const firstRoom = 64 << 10

// makeRoom sees to room for a row, little at first and then all that there may be:
// growing step by step would copy everything several times over. All is for rows of 32 to
// 96 octets; what they leave of it stays untouched.
func (s *Sorter[T]) makeRoom() {
	octets, refs := s.limits.Octets/4*3+MaxRow+Slack, s.limits.Octets/2/refSize+1
	if s.octets == nil {
		first := firstRoom
		if len(s.kept) > 0 {
			first = s.limits.Octets
		}
		s.octets = make([]byte, 0, min(octets, first))
		s.refs = make([]ref, 0, min(refs, first/refSize))
	}
	if cap(s.octets) < octets && cap(s.octets)-len(s.octets) < MaxRow+Slack {
		s.octets = append(make([]byte, 0, octets), s.octets...)
	}
	if cap(s.refs) < refs && cap(s.refs) == len(s.refs) {
		s.refs = append(make([]ref, 0, refs), s.refs...)
	}
}

// Rows gives how many rows it has, in memory and in files.
func (s *Sorter[T]) Rows() uint64 {
	rows := uint64(len(s.refs))
	for _, r := range s.kept {
		rows += uint64(len(r.refs))
	}
	for _, r := range s.files {
		rows += r.rows
	}
	return rows
}

// Limit gives the limit of the memory in octets.
func (s *Sorter[T]) Limit() int { return s.limits.Octets }

// Keep has the sorter keep one more run in memory instead of writing it to a file, which takes as much
// memory again as its limit.
func (s *Sorter[T]) Keep() { s.keep++ }

// Err gives the first error of all that happened, always a [*SpillError] until
// the sorter is merged or closed.
func (s *Sorter[T]) Err() error { return s.err }

// Finish sorts what is in memory. After it the sorter can be merged; it gives
// the first error of all that happened.
func (s *Sorter[T]) Finish() error {
	s.buffer = nil
	if s.err == nil {
		s.sort()
	}
	s.spare = nil
	return s.err
}

var errClosed = errors.New("cannot use rows that were merged or closed before")

// Close gives the memory and all files back. Closing twice does nothing; what is
// added afterwards is dropped.
func (s *Sorter[T]) Close() error {
	err := closeAll(s.files)
	s.octets, s.refs, s.spare, s.kept, s.files, s.buffer = nil, nil, nil, nil, nil, nil
	s.err = cmp.Or(s.err, errClosed)
	return err
}

func (s *Sorter[T]) row(r ref) []byte { return s.octets[r.at : r.at+r.length] }

// touchRows is how many rows are fetched from memory at a time.
const touchRows = 32

// touch reads the first and the last octet of rows that are to be copied or decoded. In
// their order rows lie anywhere in the memory, and a cache miss takes longer than to copy
// one; so the misses of many rows overlap. What it gives has no meaning.
func touch(octets []byte, refs []ref) (sum byte) {
	for _, r := range refs {
		sum += octets[r.at] + octets[r.at+r.length-1]
	}
	return sum
}

// spill writes the rows in memory out as a run, unless they are to be kept.
func (s *Sorter[T]) spill() error {
	if s.keep > 0 {
		s.keep--
		s.sort()
		s.kept = append(s.kept, resident{s.octets, s.refs})
		s.octets, s.refs = nil, nil
		return nil
	}
	if len(s.files) >= s.limits.Runs {
		if err := s.combine(); err != nil {
			return err
		}
	}
	s.sort()
	err := s.write(func(add func([]byte) error) error {
		for refs := range slices.Chunk(s.refs, touchRows) {
			s.touched += touch(s.octets, refs)
			for _, r := range refs {
				if err := add(s.row(r)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.octets, s.refs = s.octets[:0], s.refs[:0]
	return err
}

// combine makes the smaller half of the runs one. Taking the smallest keeps the
// runs that were merged before out of it for long, so that a row is written
// again a logarithmic number of times only.
func (s *Sorter[T]) combine() error {
	slices.SortFunc(s.files, func(a, b run) int { return cmp.Compare(a.octets, b.octets) })
	small := s.files[:len(s.files)/2]
	var heads []*head
	for _, r := range small {
		heads = append(heads, s.order.fileHead(r, runBuffer))
	}
	if err := s.write(func(add func([]byte) error) error { return merge(heads, add) }); err != nil {
		return err
	}
	err := closeAll(small)
	s.files = slices.Delete(s.files, 0, len(small))
	return err
}

// write adds a run.
func (s *Sorter[T]) write(each func(add func([]byte) error) error) error {
	if s.buffer == nil {
		s.buffer = make([]byte, 0, runBuffer)
	}
	r, err := writeRun(s.create, s.buffer, each)
	if err == nil {
		s.files = append(s.files, r)
	}
	return err
}
