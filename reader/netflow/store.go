package netflow

// Bounds of the templates that one decoder holds. A message can define 16,000
// templates, and ids, domains and exporters are the sender's to choose; a large
// network has some thousand templates of some twenty fields.
const (
	MaxTemplateFields = 1 << 20  // fields of all templates in force
	MaxTemplateOctets = 64 << 20 // memory of all templates in force, and again of those that the survey learned
	MaxStreams        = 1 << 14  // streams of one input: exporter, port and version
)

// recently is how many templates of a stream are found without its map.
const recently = 4

// template gives the template in force of a key; nil if there is none.
func (s *stream) template(key templateKey) *template {
	recent := &s.recent[key.id%recently]
	if t := *recent; t != nil && t.key == key {
		return t
	}
	t := s.templates[key]
	if t != nil {
		*recent = t
	}
	return t
}

// templates holds the templates in force of all streams in the order of their use,
// so that the one that has not been used for longest can be forgotten.
type templates struct {
	oldest, newest *template
	fields, octets int
	forgotten      uint64
}

// use makes t the template that was used last.
func (s *templates) use(t *template) {
	if s.newest == t {
		return
	}
	s.unlink(t)
	s.link(t)
}

func (s *templates) link(t *template) {
	t.older, t.newer = s.newest, nil
	if s.newest != nil {
		s.newest.newer = t
	} else {
		s.oldest = t
	}
	s.newest = t
}

func (s *templates) unlink(t *template) {
	if t.older != nil {
		t.older.newer = t.newer
	} else {
		s.oldest = t.newer
	}
	if t.newer != nil {
		t.newer.older = t.older
	} else {
		s.newest = t.older
	}
}

// put brings a template into force, in the place of the one with its key, and
// gives how many others were forgotten to make room.
func (s *templates) put(t *template) (forgotten uint64) {
	if old := t.stream.templates[t.key]; old != nil {
		s.remove(old)
	}
	if t.stream.templates == nil {
		t.stream.templates = map[templateKey]*template{}
	}
	t.stream.templates[t.key] = t
	s.link(t)
	s.fields += len(t.fields)
	s.octets += t.cost()
	for s.oldest != t && (s.fields > MaxTemplateFields || s.octets > MaxTemplateOctets) {
		s.remove(s.oldest)
		forgotten++
	}
	s.forgotten += forgotten
	return forgotten
}

// remove takes a template out of force.
func (s *templates) remove(t *template) {
	s.unlink(t)
	delete(t.stream.templates, t.key)
	if recent := &t.stream.recent[t.key.id%recently]; *recent == t {
		*recent = nil
	}
	s.fields -= len(t.fields)
	s.octets -= t.cost()
}
