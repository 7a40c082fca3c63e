package option

// applyRate keeps the sampling rate of a record where it belongs.
func (s *Store) applyRate(r *record) {
	sampled := r.has&hasSampler != 0
	if sampled && (r.rate.Has != 0 || len(r.samplerName) > 0) {
		s.applySampler(r)
	}
	if r.rate.Has == 0 {
		return
	}
	onInterface := r.ingress != 0 || r.egress != 0
	switch {
	case onInterface && r.has&hasInterfaceScope != 0, onInterface && !sampled && r.has&(hasPart|hasOtherScope) == 0:
		if r.has&hasDirection == 0 || r.direction == 0 {
			s.applyInterface(r)
		}
	case sampled, r.has&hasOtherScope != 0:
	case r.has&hasPart != 0:
		s.applyPart(r)
	default:
		if d := s.domain(r.domain); d != nil {
			s.merge(&d.fields, r.rate)
		}
	}
}

func (s *Store) applySampler(r *record) {
	k := key{r.domain, r.sampler}
	e := s.samplers[k]
	if e == nil {
		if len(s.samplers) == MaxSamplers {
			s.refused++
			return
		}
		e = &sampler{}
		s.samplers[k] = e
	}
	s.merge(&e.fields, r.rate)
	if name := s.number(r.samplerName); name != 0 && !(s.first && e.name != 0) {
		e.name = name
	}
}

func (s *Store) applyInterface(r *record) {
	ifIndex := r.ingress
	if ifIndex == 0 {
		ifIndex = r.egress
	}
	if p := s.port(key{r.domain, uint64(ifIndex)}); p != nil {
		s.merge(&p.fields, r.rate)
	}
}

func (s *Store) applyPart(r *record) {
	k := r.part
	k.domain = r.domain
	before, ok := s.parts[k]
	if !ok {
		if len(s.parts) == MaxParts {
			s.refused++
			return
		}
		d := s.domain(r.domain)
		if d == nil {
			return
		}
		d.parts = append(d.parts, k)
	}
	s.merge(&before, r.rate)
	s.parts[k] = before
}

// merge brings what a record tells of a sampler's rate together with what is known.
// The configuration and the totals (318, 319) come in records of their own from some
// exporters, so that either is replaced as a whole and leaves the other as it is.
func (s *Store) merge(known *RateFields, told RateFields) {
	merged := *known
	if told.Has&hasConfigured != 0 && !(s.first && known.Has&hasConfigured != 0) {
		observed, selected := merged.Observed, merged.Selected
		totals := merged.Has & hasTotals
		merged = told
		merged.Observed, merged.Selected = observed, selected
		merged.Has = told.Has&hasConfigured | totals
	}
	if told.Has&hasTotals != 0 && !(s.first && known.Has&hasTotals != 0) {
		merged.Observed, merged.Selected = told.Observed, told.Selected
		merged.Has = merged.Has&hasConfigured | told.Has&hasTotals
	}
	if merged != *known {
		*known = merged
		s.generation++
	}
}
