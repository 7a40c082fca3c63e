package naive

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/frames"
)

// File is an input: its path and its octets.
type File struct {
	Name    string
	Content []byte
}

// Options are the settings of a run. Each is taken as it stands: nothing has a
// default here.
type Options struct {
	Idle          time.Duration    // idle timeout
	Active        time.Duration    // active timeout, 0 for none
	Protocols     map[uint8]Timers // of the protocols that have timers of their own
	EndGrace      time.Duration    // how long a flow outlives its FIN or RST
	Fin, Rst      string           // rules: grace (or nothing), immediate, existing, ignore
	MaxOctets     uint64           // most octets of a record, 0 for any number
	MaxPackets    uint64           // most packets of a record, 0 for any number
	CutEvery      time.Duration    // all flows end at the multiples of it, 0 for none
	MaxFlows      int              // most flows open at a time, 0 for any number
	ReorderWindow time.Duration
	Interval      time.Duration // width of the intervals, above 0
	Local         Local         // where they are not all of that width
	JoinFragments bool          // later fragments have the key of the first one
	Select        Selection
	Key           Key
	Layer         Layer // which packets of a frame are metered
	Biflow        bool  // both directions of a conversation are one flow
	Moments       bool  // statistics of lengths and gaps
	Early         int   // first packets that are kept
	Places        Places

	Accounting Accounting // schemes beside the interval table

	Keep      func(*flow.Record) bool // which flow records the tables have; nil: all of them
	KeepPlace func(Place) bool        // likewise, by where they were observed
}

// Timers are the timers of one protocol.
type Timers struct{ Idle, Active time.Duration }

// Result is what a run amounts to.
type Result struct {
	Flows        []flow.Record  // without Reverse
	Reverses     []flow.Reverse // of Flows, with Biflow
	Statistics   []string       // of Flows, in words, if there are any
	Intervals    []flow.IntervalRecord
	Schemes      [][]flow.SchemeRow     // those of Options.Accounting
	Accounted    uint64                 // frames in the tables
	NotAccounted map[flow.Reason]uint64 // frames that are not, by reason; reasons without packets are missing

	// Places, Insides and Points are what the observation points are that Key.Point
	// numbers, in the order of tables: where packets were observed, the tunnels, and what
	// keys hold beyond the 7-tuple. The first has none of them.
	Places       []Place
	Insides      []flow.Encapsulation
	Points       []Beyond
	Second       uint64        // frames of which two packets are metered
	DepthLimited uint64        // frames with a tunnel behind the headers that are opened
	Rejected     uint64        // flow records that Keep left out
	LeftOut      flow.Counters // their counters
}

// packet is a metered packet, its place in the input and its clock.
type packet struct {
	frames.Packet
	file           int    // ordinal of the file
	number         uint64 // of the frame in the file, from 1
	clock          flow.Timestamp
	high           flow.Timestamp // highest accepted time once the packet has its clock
	stray, late    bool
	named          *packet // the first fragment of a later one that has one
	compared       []byte  // what copies are told by, and its length as the headers have it
	comparedOctets uint64
	told           Place    // what the frame tells of where it was observed
	place          Place    // the same with the direction as it is asked for
	limited        bool     // a tunnel in the frame was not opened, since it lies too deep
	own, other     flow.Key // with Biflow: Key before it was shared, and that of the other direction
	second         *packet  // the inner one of the same frame, if it is metered, too
	behind         bool     // it is the second itself
}

// Run meters the files as one observation, whatever their order here. It fails
// if one of them is no capture that package frames reads.
func Run(files []File, opts Options) (Result, error) {
	result := Result{NotAccounted: map[flow.Reason]uint64{}}
	type input struct {
		name    string
		frames  []judged
		packets []*packet
	}
	var inputs []input
	for _, file := range files {
		records, err := frames.Read(file.Content)
		if err != nil {
			return Result{}, fmt.Errorf("cannot meter %s: %w", file.Name, err)
		}
		in := input{name: file.Name}
		for i, f := range records {
			p, reason, limited := opts.Layer.decode(f, opts.Key.withoutIP())
			p.locate(&opts.Places, opts.Places.told(file.Name, f))
			p.number, p.limited = uint64(i)+1, limited
			in.frames = append(in.frames, judged{p, reason, i})
		}
		in.packets = accounted(opts.judge(in.frames))
		inputs = append(inputs, in)
	}

	slices.SortStableFunc(inputs, func(a, b input) int {
		if len(a.packets) == 0 || len(b.packets) == 0 { // files without a metered packet are the last
			return cmp.Or(-cmp.Compare(min(len(a.packets), 1), min(len(b.packets), 1)), compareNames(a.name, b.name))
		}
		return cmp.Or(cmp.Compare(a.packets[0].Time, b.packets[0].Time), compareNames(a.name, b.name))
	})
	var all []*packet
	var outside []flow.Timestamp // times that are out of the range that was asked for
	for ordinal, in := range inputs {
		in.frames = opts.cut(in.frames, int(result.Accounted))
		for _, f := range in.frames {
			if f.reason != flow.ReasonAccounted {
				result.NotAccounted[f.reason]++
			}
			if f.reason == flow.ReasonOutOfTimeRange {
				outside = append(outside, f.packet.Time)
			}
		}
		in.packets = accounted(in.frames)
		result.Accounted += uint64(len(in.packets))
		setClocks(in.packets, opts.ReorderWindow)
		metered := make([]*packet, 0, len(in.packets))
		for _, p := range in.packets {
			p.file = ordinal
			metered = append(metered, p)
			if p.second != nil {
				metered = append(metered, p.behindFirst())
				result.Second++
			}
			if p.limited {
				result.DepthLimited++
			}
		}
		if opts.JoinFragments {
			nameFragments(metered, opts.ReorderWindow)
		}
		all = append(all, metered...)
	}
	slices.SortFunc(all, comparePlaces)
	points := opts.Key.project(all)
	if opts.Biflow {
		points = share(all, points)
	}

	var flows []*meteredFlow
	for _, f := range meter(all, opts) {
		f.record.Population = opts.Select.population()
		if opts.Keep != nil && !opts.Keep(&f.record) || opts.KeepPlace != nil && !opts.KeepPlace(points[f.record.Key.Point].place) {
			result.Rejected++
			for _, p := range f.packets {
				count(&result.LeftOut, p)
			}
			continue
		}
		flows = append(flows, f)
	}
	result.keepPoints(flows, points)
	for _, f := range flows {
		result.Flows = append(result.Flows, f.record)
	}
	slices.SortFunc(result.Flows, compareRecords)
	for i := range result.Flows {
		r := &result.Flows[i]
		if r.Reverse != nil {
			result.Reverses = append(result.Reverses, *r.Reverse)
			r.Reverse = nil
		}
		if r.Statistics != nil {
			result.Statistics = append(result.Statistics, fmt.Sprintf("%+v", *r.Statistics))
			r.Statistics = nil
		}
	}
	result.Intervals = intervals(flows, opts)
	complete := func(start, end flow.Timestamp) bool { return false }
	if len(all) > 0 {
		from, to := opts.seen(all, outside)
		complete = func(start, end flow.Timestamp) bool { return start >= from && end <= to && end < math.MaxInt64 }
	}
	for i := range result.Intervals {
		row := &result.Intervals[i]
		row.Complete = complete(row.Start, row.End)
	}
	var parts []part
	calendar := &spans{local: opts.Local, width: opts.Interval}
	for _, f := range flows {
		parts = append(parts, f.parts(&result, calendar, opts.Select.population(), opts.Biflow)...)
	}
	shareTimes(parts)
	for i := range parts {
		parts[i].complete = complete(parts[i].start, parts[i].end)
	}
	result.Schemes = opts.Accounting.account(parts)
	if n := opts.Select.population(); n > 0 {
		for i := range result.Intervals {
			row := &result.Intervals[i]
			row.Has |= flow.FieldSampling
			row.Scaled = flow.Scaled{Packets: row.Counters.Packets * n, Octets: row.Counters.Octets * n}
			row.ReverseScaled = flow.Scaled{Packets: row.Reverse.Packets * n, Octets: row.Reverse.Octets * n}
		}
	}
	return result, nil
}

func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(filepath.Base(a), filepath.Base(b)), cmp.Compare(a, b))
}

// keepPoints numbers the observation points of the flows, after the first, and says
// what they are.
func (r *Result) keepPoints(flows []*meteredFlow, points []point) {
	used := map[uint32]bool{0: true}
	for _, f := range flows {
		used[f.record.Key.Point] = true
	}
	numbers := map[uint32]uint32{}
	for n, point := range points {
		if used[uint32(n)] {
			numbers[uint32(n)] = uint32(len(r.Points))
			r.Places, r.Insides, r.Points = append(r.Places, point.place), append(r.Insides, point.inside), append(r.Points, point.beyond)
		}
	}
	for _, f := range flows {
		f.record.Key.Point = numbers[f.record.Key.Point]
	}
}
