package main

import (
	"fmt"
	"io"
	"syscall"
	"time"

	"netstream/aggregate/distribute"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/input"
)

// part runs a part of the program alone, in a process of its own, and says what it took:
//
//	allocations CAPTURE     objects that metering the capture allocates
//	records EXPORTS         decoding the records, digest included
//	decode EXPORTS          the same, and their sums by interval
//	expand FILE             decompressing
//	digest FILE             hashing the file as it is stored
//	rows EXPORTS OUT        decoding the records, and writing ten columns of them as OUT's name says
func part(w io.Writer, args []string) error {
	began := processorTime()
	var err error
	switch {
	case args[0] == "allocations" && len(args) == 2:
		var allocated uint64
		if allocated, err = allocations(args[1]); err == nil {
			_, err = fmt.Fprintln(w, allocated)
		}
		return err
	case args[0] == "records" && len(args) == 2:
		err = eachBatch(args[1], input.SHA256, func([]flow.Record) error { return nil })
	case args[0] == "decode" && len(args) == 2:
		err = decode(w, args[1], input.SHA256)
	case args[0] == "decode-xxh3" && len(args) == 2:
		err = decode(w, args[1], input.XXH3)
	case args[0] == "expand" && len(args) == 2:
		err = expand(args[1])
	case args[0] == "rows" && len(args) == 3:
		err = writeRows(args[1], args[2])
	default:
		return fmt.Errorf("no part %q", args)
	}
	fmt.Fprintf(w, "%s: %v\n", args[0], processorTime()-began)
	return err
}

// decode reads the records of a file, digest included, spreads them over intervals of
// five minutes, and adds both up. It is what exports cost before any row is sorted.
func decode(w io.Writer, name string, digest input.Algorithm) error {
	var records uint64
	var packets, octets flow.Sum
	sums := newIntervalSums()
	err := eachBatch(name, digest, func(batch []flow.Record) error {
		for i := range batch {
			r := &batch[i]
			packets.Add(r.Counters.Packets)
			octets.Add(r.Counters.Octets)
			if start, ok := sums.spreader.Whole(r.Start, r.End); ok {
				sums.at(start).Add(r.Counters)
			} else {
				sums.spread(r)
			}
		}
		records += uint64(len(batch))
		return nil
	})
	var spread flow.Counters
	for _, c := range sums.of {
		spread.Add(*c)
	}
	fmt.Fprintf(w, "%d records, %v packets, %v octets; %d packets, %d octets in %d intervals\n",
		records, packets, octets, spread.Packets, spread.Octets, len(sums.of))
	return err
}

// intervalSums are the volumes of intervals of five minutes.
type intervalSums struct {
	of       map[flow.Timestamp]*flow.Counters // by their start
	spreader *distribute.Spreader
	latest   flow.Timestamp // start of the interval whose sum is
	sum      *flow.Counters
}

func newIntervalSums() *intervalSums {
	calendar := flow.Fixed(5 * time.Minute)
	return &intervalSums{of: map[flow.Timestamp]*flow.Counters{}, spreader: distribute.New(calendar, flow.DistributionProportional)}
}

// spread spreads a record over the intervals that it touches.
func (s *intervalSums) spread(r *flow.Record) {
	var share distribute.Share
	s.spreader.Begin(r.Start, r.End, &distribute.Volume{Counters: r.Counters})
	for s.spreader.Next(&share) {
		s.at(share.Start).Add(share.Volume.Counters)
	}
}

// at gives the sum of the interval with a start.
func (s *intervalSums) at(start flow.Timestamp) *flow.Counters {
	if s.sum == nil || start != s.latest {
		s.turn(start)
	}
	return s.sum
}

func (s *intervalSums) turn(start flow.Timestamp) {
	s.latest, s.sum = start, s.of[start]
	if s.sum == nil {
		s.sum = new(flow.Counters)
		s.of[start] = s.sum
	}
}

// eachBatch calls do with the records of a file of exports.
func eachBatch(name string, digest input.Algorithm, do func([]flow.Record) error) error {
	opened, err := reader.OpenEither(input.Source{Name: name}, nil, reader.Options{
		Points: flow.NewPoints(), Input: input.Options{Digest: digest}, Exports: reader.ExportOptions{Names: flow.NewNames(), Ceiling: new(reader.Ceiling)}})
	if err != nil {
		return err
	}
	if opened.Exports == nil {
		return fmt.Errorf("%s holds no exports", name)
	}
	if err := opened.Exports.Begin(); err != nil {
		return err
	}
	batch := flow.NewBatch()
	for {
		batch.Reset()
		err := opened.Exports.ReadRecords(batch)
		if err == io.EOF {
			return opened.Exports.Close()
		}
		if err == nil {
			err = do(batch.Records)
		}
		if err != nil {
			return err
		}
	}
}

// expand decompresses a file and forgets what comes out.
func expand(name string) error {
	opened, err := input.Open(input.Source{Name: name}, nil, input.Options{NoDigests: true})
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, opened); err != nil {
		return err
	}
	return opened.Close()
}

// processorTime is what this process has taken so far, user and system time.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
