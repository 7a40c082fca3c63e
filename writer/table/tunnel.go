package table

import "netstream/aggregate/flow"

// tunnel says how the columns about tunnels read rows of type R.
type tunnel[R any] struct {
	key func(*R) *flow.Key

	// What exporters tell of the header around that of the key.
	outside             func(flow.Fields) func(*R) bool // whether a row does not tell the field
	outerSource         func(*R) Symbol
	outerDestination    func(*R) Symbol
	absentFromExporters bool
}

// tunnelColumns declares what stands around the metered packet.
func tunnelColumns[R any](o *Options, points *observedPoints, t tunnel[R]) []Column[R] {
	inside := func(r *R) *flow.Encapsulation { return &points.at(t.key(r).Point).Inside }
	outermost := func(r *R) bool { n := t.key(r).Point; return n == 0 || points.at(n).Inside.Tunnel == flow.TunnelNone }
	outer := func(name, which string, elements []Element, field flow.Fields, exported func(*R) Symbol, address func(*flow.Encapsulation) *[16]byte) Column[R] {
		untold := t.outside(field)
		return Column[R]{
			Name: name, Kind: Text, Elements: elements,
			Definition: which + " address of the IP header that carries the tunnel, with --meter inner or both; of exported records that tell two headers the first occurrence of the element (RFC 7011 section 8); else NULL.",
			Null: func(r *R) bool {
				return (outermost(r) || inside(r).OuterVersion == 0) && untold(r)
			},
			Absent: !o.Tunnels && t.absentFromExporters,
			Symbol: func(r *R) Symbol {
				if !outermost(r) {
					e := inside(r)
					return addressSymbol(address(e), e.OuterVersion)
				}
				return exported(r)
			},
			Spell: spellAddress,
		}
	}
	return []Column[R]{
		{
			Name: "tunnel_type", Kind: Text,
			Definition: "Tunnel in which the metered packets run, with --meter inner or both: ip-in-ip, ipv6-in-ip, gre, pptp, erspan, l2tp, etherip, mpls, pseudowire, teredo, vxlan, vxlan-gpe, geneve or gtp-u, of several the innermost; NULL for outermost packets and exported flows.",
			Null:       outermost, Absent: !o.Tunnels,
			Symbol: func(r *R) Symbol { return Symbol{Low: uint64(inside(r).Tunnel)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.TunnelType(s.Low).String()...)
			},
		}, {
			Name: "tunnel_id", Kind: Uint32, Elements: []Element{{351, "layer2SegmentId"}},
			Definition: "Number of the tunnel or of what runs in it: VNI of vxlan, vxlan-gpe and geneve, TEID of gtp-u, key of gre, call of pptp, session of erspan and of L2TP version 3, tunnel * 65536 + session of L2TP version 2, label of a pseudowire; NULL if it has none, and where tunnel_type is NULL.",
			Null:       func(r *R) bool { return outermost(r) || !inside(r).HasID }, Absent: !o.Tunnels,
			Int: func(r *R) int64 { return int64(inside(r).ID) },
		},
		outer("outer_src_ip", "Source", []Element{{8, "sourceIPv4Address"}, {27, "sourceIPv6Address"}},
			flow.FieldOuterSource, t.outerSource, func(e *flow.Encapsulation) *[16]byte { return &e.OuterSource }),
		outer("outer_dst_ip", "Destination", []Element{{12, "destinationIPv4Address"}, {28, "destinationIPv6Address"}},
			flow.FieldOuterDestination, t.outerDestination, func(e *flow.Encapsulation) *[16]byte { return &e.OuterDestination }),
	}
}

// flowTunnel declares the tunnel of a flow record.
func flowTunnel(o *Options, points *observedPoints) []Column[flow.Record] {
	return tunnelColumns(o, points, tunnel[flow.Record]{
		key:                 func(r *flow.Record) *flow.Key { return &r.Key },
		outside:             lacks,
		outerSource:         func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.OuterSource) },
		outerDestination:    func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.OuterDestination) },
		absentFromExporters: o.absent(flow.FieldOuterSource | flow.FieldOuterDestination),
	})
}

// intervalTunnel declares the tunnel of an interval record. Of exported flows it is
// not part of the key.
func intervalTunnel(o *Options, points *observedPoints) []Column[flow.IntervalRecord] {
	return tunnelColumns(o, points, tunnel[flow.IntervalRecord]{
		key: func(r *flow.IntervalRecord) *flow.Key { return &r.Key },
		outside: func(flow.Fields) func(*flow.IntervalRecord) bool {
			return func(*flow.IntervalRecord) bool { return true }
		},
		absentFromExporters: true,
	})
}
