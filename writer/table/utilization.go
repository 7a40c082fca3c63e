package table

import (
	"math"
	"net/netip"

	"netstream/aggregate/flow"
)

// utilization declares how much of its interfaces' speed a row takes, for the interfaces
// that are in the scheme's key.
func utilization(o *Options, s *flow.Scheme) []Column[flow.SchemeRow] {
	if o.SpeedOf == nil {
		return nil
	}
	exporter := -1
	for i := range s.Columns {
		if s.Columns[i].Field == flow.SchemeExporter {
			exporter = i
		}
	}
	var columns []Column[flow.SchemeRow]
	for i := range s.Columns {
		switch s.Columns[i].Field {
		case flow.SchemeInIf, flow.SchemeOutIf:
			columns = append(columns, utilizationColumn(s.Columns[i].Name, speedOf(o, exporter, i)))
		}
	}
	return columns
}

// speedOf gives the function that gives the speed of a row's interface, 0 if it is not
// known. The cells of the key are told by their places, -1 for an exporter that is not in
// the key.
func speedOf(o *Options, exporter, index int) func(*flow.SchemeRow) uint64 {
	return func(r *flow.SchemeRow) uint64 {
		cell := &r.Key[index]
		if !cell.Known {
			return 0
		}
		var address netip.Addr
		if exporter >= 0 {
			address = addressOfCell(&r.Key[exporter])
		}
		return o.SpeedOf(address, uint32(cell.Low))
	}
}

// addressOfCell gives the address of an exporter; the zero Addr if it is not known.
func addressOfCell(v *flow.SchemeValue) netip.Addr {
	if !v.Known {
		return netip.Addr{}
	}
	var octets [16]byte
	for i := range 8 {
		octets[i], octets[8+i] = byte(v.High>>(56-8*i)), byte(v.Low>>(56-8*i))
	}
	return netip.AddrFrom16(octets).Unmap()
}

func utilizationColumn(of string, speed func(*flow.SchemeRow) uint64) Column[flow.SchemeRow] {
	return Column[flow.SchemeRow]{
		Name: of + "_utilization", Kind: Float64, Pattern: Varied,
		Definition: "Part of the speed of " + of + " that the row takes: (8 * octets) / (length of the interval in seconds) / speed in bit/s, each operation rounded to binary64; octets are bytes_scaled, or bytes where that is NULL. NULL if those are, or the speed is not known.",
		Null:       func(r *flow.SchemeRow) bool { return r.Has&flow.FieldOctets == 0 || speed(r) == 0 },
		Int: func(r *flow.SchemeRow) int64 {
			octets := r.Counters.Octets
			if r.Has&flow.FieldSampling != 0 {
				octets = r.Scaled.Octets
			}
			rate := math.Float64frombits(uint64(averageRate(octets, uint64(r.End)-uint64(r.Start))))
			return int64(math.Float64bits(rate / float64(speed(r))))
		},
	}
}
