package netflowtest

import "netstream/aggregate/flow"

// value gives what a record says for a field, in network byte order: a number in as
// many octets as the field has, nothing for elements that are not known here.
func (e *Exporter) value(f *Field, r *flow.Record, at flow.Timestamp) []byte {
	if f.Octets != nil || f.Enterprise != 0 && f.Enterprise != Reverse {
		return f.Octets
	}
	if octets := address(f, r); octets != nil {
		return octets
	}
	switch f.Number {
	case 56:
		return r.SourceMAC[:]
	case 57, 80:
		return r.DestinationMAC[:]
	case 95:
		return application(r.Export.Application, int(f.Length))
	}
	if f.Number >= 70 && f.Number <= 79 {
		return label(r.Export, int(f.Number-70))
	}
	v, ok := volume(f.Number, r)
	if !ok {
		v, ok = e.time(f.Number, r, at)
	}
	if !ok {
		v, ok = property(f.Number, r)
	}
	if !ok {
		v = origin(f.Number, r)
	}
	return number(v, int(f.Length))
}

// number gives the low octets of a number; 8 if the field's length is variable.
func number(v uint64, length int) []byte {
	if length == Variable {
		length = 8
	}
	b := make([]byte, length)
	for i := length - 1; i >= 0 && v != 0; i-- {
		b[i] = byte(v)
		v >>= 8
	}
	return b
}

// address gives the value of an element that is an IP address, nil if it is none.
func address(f *Field, r *flow.Record) []byte {
	x := r.Export
	source, destination := &r.Key.Source, &r.Key.Destination
	if f.Outer {
		source, destination = &x.OuterSource, &x.OuterDestination
	}
	switch f.Number {
	case 8, 44:
		return source[12:]
	case 12, 45:
		return destination[12:]
	case 27, 170:
		return source[:]
	case 28, 169:
		return destination[:]
	case 15:
		return x.NextHop[12:]
	case 62:
		return x.NextHop[:]
	case 18:
		return x.BGPNextHop[12:]
	case 63:
		return x.BGPNextHop[:]
	case 225:
		return x.NATSource[12:]
	case 226:
		return x.NATDestination[12:]
	case 281:
		return x.NATSource[:]
	case 282:
		return x.NATDestination[:]
	}
	return nil
}

// application gives applicationId (RFC 6759 section 4): the engine in the first octet,
// the selector in the others.
func application(id uint64, length int) []byte {
	if length == Variable {
		length = 4
	}
	b := number(id, length)
	b[0] = byte(id >> 56)
	return b
}

// label gives an entry of the label stack without its TTL: 20 bits of label, 3 of
// traffic class, and the bottom-of-stack bit. Entries that there are not are zero.
func label(x *flow.Export, i int) []byte {
	if i >= int(x.LabelCount) {
		return make([]byte, 3)
	}
	entry := x.Labels[i] << 4
	if i+1 == int(x.LabelCount) {
		entry |= 1
	}
	return []byte{byte(entry >> 16), byte(entry >> 8), byte(entry)}
}

// volume gives counters. Deltas, totals, post and initiator counters are all the
// record's: a template has those that it wants.
func volume(element uint16, r *flow.Record) (uint64, bool) {
	switch element {
	case 1, 23, 85, 171, 231, 232:
		return r.Counters.Octets, true
	case 2, 24, 86, 172, 298, 299:
		return r.Counters.Packets, true
	case 3:
		return r.Export.Flows, true
	case 352, 353:
		return r.Counters.WireOctets, true
	case 401, 402:
		return r.Counters.PayloadOctets, true
	}
	return 0, false
}

// time gives times as the element has them.
func (e *Exporter) time(element uint16, r *flow.Record, at flow.Timestamp) (uint64, bool) {
	switch element {
	case 21:
		return uint64(e.uptime(r.End)), true
	case 22:
		return uint64(e.uptime(r.Start)), true
	case 160:
		return uint64(e.Boot / 1_000_000), true
	case 161:
		return uint64(r.End.Since(r.Start)) / 1_000_000, true
	case 162:
		return uint64(r.End.Since(r.Start)) / 1000, true
	case 158:
		return uint64(at.Since(r.Start)) / 1000, true
	case 159:
		return uint64(at.Since(r.End)) / 1000, true
	case 322, 323, 324, 325:
		return e.time([4]uint16{150, 152, 154, 156}[element-322], r, at)
	}
	if element < 150 || element > 157 {
		return 0, false
	}
	t := r.Start
	if element%2 == 1 {
		t = r.End
	}
	switch (element - 150) / 2 {
	case 0:
		return uint64(t / 1_000_000_000), true
	case 1:
		return uint64(t / 1_000_000), true
	}
	return ntp(t), true
}

// ntp gives a time in the 64-bit format of NTP, which microseconds and nanoseconds
// have (RFC 7011 sections 6.1.9 and 6.1.10): seconds since 1900 and their 2^32nd
// parts, rounded up so that cutting gives the nanosecond back.
func ntp(t flow.Timestamp) uint64 {
	const second, from1900 = 1_000_000_000, 2_208_988_800
	fraction := (uint64(t%second)<<32 + second - 1) / second
	return uint64(t/second+from1900)<<32 | fraction
}

// property gives the elements that tell of the packets.
func property(element uint16, r *flow.Record) (uint64, bool) {
	x, k := r.Export, &r.Key
	switch element {
	case 4:
		return uint64(k.Protocol), true
	case 5:
		return uint64(k.ClassOfService), true
	case 6:
		return uint64(r.TCPFlags), true
	case 7:
		return uint64(k.SourcePort), true
	case 11, 32, 139:
		return uint64(k.DestinationPort), true
	case 176, 178:
		return uint64(k.DestinationPort >> 8), true
	case 177, 179:
		return uint64(k.DestinationPort & 0xff), true
	case 60:
		return uint64(k.Version), true
	case 25:
		return r.MinOctets, true
	case 26:
		return r.MaxOctets, true
	case 52, 192:
		return uint64(r.MinTTL), true
	case 53:
		return uint64(r.MaxTTL), true
	case 58, 243:
		return uint64(r.VLAN), true
	case 245:
		return uint64(r.InnerVLAN), true
	case 136:
		return uint64(r.EndReason), true
	case 89:
		return uint64(x.ForwardingStatus), true
	}
	return 0, false
}

// origin gives the elements that tell of the device, 0 if the element is not known.
func origin(element uint16, r *flow.Record) uint64 {
	x := r.Export
	switch element {
	case 9, 29:
		return uint64(x.SourceMask)
	case 13, 30:
		return uint64(x.DestinationMask)
	case 10:
		return uint64(x.InIf)
	case 14:
		return uint64(x.OutIf)
	case 16:
		return uint64(x.SourceAS)
	case 17:
		return uint64(x.DestinationAS)
	case 61:
		return uint64(x.Direction)
	case 227:
		return uint64(x.NATSourcePort)
	case 228:
		return uint64(x.NATDestinationPort)
	case 230:
		return uint64(x.NATEvent)
	case 233:
		return uint64(x.FirewallEvent)
	case 234:
		return uint64(x.IngressVRF)
	case 235:
		return uint64(x.EgressVRF)
	case 309:
		return x.Sample
	case 310:
		return x.Population
	}
	return 0
}
