package accounting

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// Book keeps the groups of all schemes. Its feeds take flows, each in a goroutine of
// its own; when all are flushed, the rows of each scheme can be had once.
type Book struct {
	config     Config
	collectors []*collector        // one a scheme
	columns    []flow.SchemeColumn // of all schemes, each once
	ofPoint    int                 // how many of them, the first ones, metered flows of a point agree in
	feedMemory int                 // octets of the groups of one feed and scheme
}

// collector sorts what the feeds have summed of one scheme.
type collector struct {
	scheme *flow.Scheme
	places []int // of its columns among those of the book

	// Whether rows tell where the prefix lengths of the addresses are from.
	sourceRoute, destinationRoute bool

	handOver *HandOver // nil unless groups are handed over

	mu        sync.Mutex // of those below
	groups    *runs.Sorter[item[flow.SchemeSums]]
	addresses *runs.Sorter[item[struct{}]] // with Config.Distinct
	seconds   *runs.Sorter[item[seconds]]  // with Config.Peak
}

// NewBook begins a book with as many feeds as are said, which asks create for files
// when groups do not fit into memory. Several goroutines may call create at a time.
func NewBook(config Config, feeds int, create func() (runs.File, error)) *Book {
	b := &Book{config: config}
	sorters := 1
	if config.Distinct {
		sorters++
	}
	if config.Peak {
		sorters++
	}
	half := max(cmp.Or(config.Memory, DefaultMemory)/2, 1)
	bound := limits(half, max(1, len(config.Schemes)*sorters))
	b.feedMemory = share(half, max(1, len(config.Schemes)*sorters*feeds))
	b.findColumns()
	for i := range config.Schemes {
		c := &collector{scheme: &config.Schemes[i], groups: runs.NewSorter(groupOrder(), bound, (&shelf{create: create}).room)}
		for _, column := range c.scheme.Columns {
			c.places = append(c.places, slices.Index(b.columns, column))
			c.sourceRoute = c.sourceRoute || column.Field == flow.SchemeSourcePrefix
			c.destinationRoute = c.destinationRoute || column.Field == flow.SchemeDestinationPrefix
		}
		if config.Distinct {
			c.addresses = runs.NewSorter(addressOrder(), bound, (&shelf{create: create}).room)
		}
		if config.Peak {
			c.seconds = runs.NewSorter(secondOrder(), bound, (&shelf{create: create}).room)
		}
		b.collectors = append(b.collectors, c)
	}
	return b
}

// findColumns gathers the columns of all schemes, those first that go with the point.
func (b *Book) findColumns() {
	for _, ofPoint := range []bool{true, false} {
		for i := range b.config.Schemes {
			for _, column := range b.config.Schemes[i].Columns {
				if isOfPoint(column.Field, b.config.Lookup != nil) == ofPoint && !slices.Contains(b.columns, column) {
					b.columns = append(b.columns, column)
				}
			}
		}
		if ofPoint {
			b.ofPoint = len(b.columns)
		}
	}
}

// Schemes gives the schemes, in the order in which Rows knows them.
func (b *Book) Schemes() []flow.Scheme { return b.config.Schemes }

// Close gives back the memory and the files of schemes whose rows were not read.
func (b *Book) Close() error {
	var first error
	for _, c := range b.collectors {
		first = cmp.Or(first, c.groups.Close())
		if c.addresses != nil {
			first = cmp.Or(first, c.addresses.Close())
		}
		if c.seconds != nil {
			first = cmp.Or(first, c.seconds.Close())
		}
	}
	return first
}

// startLength is the length of the interval's start in front of each key, as an
// unsigned number of the same order.
const startLength = 8

func putStart(key []byte, start flow.Timestamp) {
	binary.BigEndian.PutUint64(key, uint64(start)^1<<63)
}

func startOf(key []byte) flow.Timestamp {
	return flow.Timestamp(binary.BigEndian.Uint64(key) ^ 1<<63)
}
