package naive

import (
	"cmp"
	"fmt"
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
	Idle          time.Duration // idle timeout
	Active        time.Duration // active timeout, 0 for none
	EndGrace      time.Duration // how long a flow outlives its FIN or RST
	ReorderWindow time.Duration
	Interval      time.Duration // width of the intervals, above 0
	Layer         Layer         // which packets of a frame are metered
}

// Result is what a run amounts to.
type Result struct {
	Flows        []flow.Record
	Intervals    []flow.IntervalRecord
	Accounted    uint64                 // frames in the tables
	NotAccounted map[flow.Reason]uint64 // frames that are not, by reason; reasons without packets are missing

	// Insides are the tunnels of the observation points that Key.Point numbers, in
	// the order of tables; the first is no tunnel.
	Insides      []flow.Encapsulation
	Second       uint64 // frames of which two packets are metered
	DepthLimited uint64 // frames with a tunnel behind the headers that are opened
}

// packet is a metered packet, its place in the input and its clock.
type packet struct {
	frames.Packet
	file        int    // ordinal of the file
	number      uint64 // of the frame in the file, from 1
	clock       flow.Timestamp
	stray, late bool
	second      *packet // the inner one of the same frame, if it is metered, too
	behind      bool    // it is the second itself
}

// Run meters the files as one observation, whatever their order here. It fails
// if one of them is no pcap file.
func Run(files []File, opts Options) (Result, error) {
	result := Result{NotAccounted: map[flow.Reason]uint64{}}
	type input struct {
		name    string
		packets []*packet
	}
	var inputs []input
	for _, file := range files {
		records, err := frames.ReadPcap(file.Content)
		if err != nil {
			return Result{}, fmt.Errorf("cannot meter %s: %w", file.Name, err)
		}
		in := input{name: file.Name}
		for i, f := range records {
			p, reason, limited := opts.Layer.decode(f)
			if reason != flow.ReasonAccounted {
				result.NotAccounted[reason]++
				continue
			}
			p.number = uint64(i) + 1
			in.packets = append(in.packets, p)
			result.Accounted++
			if p.second != nil {
				result.Second++
			}
			if limited {
				result.DepthLimited++
			}
		}
		setClocks(in.packets, opts.ReorderWindow)
		inputs = append(inputs, in)
	}

	slices.SortStableFunc(inputs, func(a, b input) int {
		if len(a.packets) == 0 || len(b.packets) == 0 { // files without a metered packet are the last
			return cmp.Or(-cmp.Compare(min(len(a.packets), 1), min(len(b.packets), 1)), compareNames(a.name, b.name))
		}
		return cmp.Or(cmp.Compare(a.packets[0].Time, b.packets[0].Time), compareNames(a.name, b.name))
	})
	var all []*packet
	for ordinal, in := range inputs {
		for _, p := range in.packets {
			p.file = ordinal
			all = append(all, p)
			if p.second != nil {
				all = append(all, p.behindFirst())
			}
		}
	}
	result.Insides = numberPoints(all)
	slices.SortFunc(all, func(a, b *packet) int {
		return cmp.Or(cmp.Compare(a.clock, b.clock), cmp.Compare(a.file, b.file), cmp.Compare(a.number, b.number), compareBool(a.behind, b.behind))
	})

	flows := meter(all, opts)
	for _, f := range flows {
		result.Flows = append(result.Flows, f.record)
	}
	slices.SortFunc(result.Flows, compareRecords)
	result.Intervals = intervals(flows, opts.Interval)
	return result, nil
}

func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(filepath.Base(a), filepath.Base(b)), cmp.Compare(a, b))
}
