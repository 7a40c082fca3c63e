package netflow

// definition is what one template record does.
type definition struct {
	template   *template // nil if the record cannot be, or all templates are withdrawn
	id         uint16
	options    bool
	withdrawal bool
	all        bool // of a withdrawal: of all templates of its kind
	refresh    bool // the template in force says the same
	noID       bool // the record's id cannot be that of a template
}

// pending is what the template records of a message define before they are applied:
// data sets behind them in the same message are of them.
type pending struct {
	byID               map[uint16]*template // nil values: nothing is defined any more
	templates, options bool                 // all of the kind are withdrawn
}

func (p *pending) reset() {
	if len(p.byID) > 0 {
		clear(p.byID)
	}
	p.templates, p.options = false, false
}

func (p *pending) find(id uint16) (t *template, found bool) {
	if len(p.byID) == 0 {
		return nil, false
	}
	t, found = p.byID[id]
	return t, found
}

func (p *pending) set(id uint16, t *template) {
	if p.byID == nil {
		p.byID = map[uint16]*template{}
	}
	p.byID[id] = t
}

func (p *pending) withdrew(options bool) bool {
	if options {
		return p.options
	}
	return p.templates
}

// beginDefinitions reads the template records of a set without applying them.
func (d *Decoder) beginDefinitions(s *set, options bool) {
	s.kind, s.from = setDefinitions, len(d.definitions)
	version, rest := d.header.version, s.body
	for {
		if d.beginWithdrawalOfAll(s, rest, options) {
			break
		}
		r := nextTemplate(version, options, rest)
		if r.end {
			s.unclean = !zero(rest)
			if s.unclean && len(rest) >= headerSet && r.id < minDataSet {
				d.definitions = append(d.definitions, definition{options: options, noID: true})
			}
			break
		}
		def := definition{id: r.id, options: options}
		if r.bad {
			d.pending.set(r.id, nil)
			d.definitions = append(d.definitions, def)
			break
		}
		rest = rest[len(r.octets):]
		if version == versionIPFIX && r.fieldCount == 0 {
			def.withdrawal = true
			d.pending.set(r.id, nil)
		} else {
			d.beginDefinition(&def, &r)
		}
		d.definitions = append(d.definitions, def)
	}
	s.to = len(d.definitions)
}

// beginWithdrawalOfAll notes the withdrawal of all templates: the set's own id with
// no fields (RFC 7011 section 8.1).
func (d *Decoder) beginWithdrawalOfAll(s *set, rest []byte, options bool) bool {
	if d.header.version != versionIPFIX || len(rest) < 4 || rest[0] != 0 || uint16(rest[1]) != s.id || rest[2]|rest[3] != 0 {
		return false
	}
	for id, t := range d.pending.byID {
		if t != nil && t.options == options {
			d.pending.byID[id] = nil
		}
	}
	if options {
		d.pending.options = true
	} else {
		d.pending.templates = true
	}
	d.definitions = append(d.definitions, definition{options: options, withdrawal: true, all: true})
	return true
}

// beginDefinition makes the template of a template record. One that says the same as
// the template in force is that template: it is sent again all the time.
func (d *Decoder) beginDefinition(def *definition, r *templateRecord) {
	key := templateKey{domain: d.header.domain, id: r.id}
	inForce, found := d.pending.find(r.id)
	if !found && !d.pending.withdrew(def.options) {
		inForce = d.stream.templates[key]
	}
	if inForce != nil && inForce.defines(def.options, r) {
		def.template, def.refresh = inForce, true
		d.pending.set(r.id, inForce)
		return
	}
	if learned := d.stream.learned[key]; learned != nil && learned.defines(def.options, r) {
		def.template = learned.again(d.stream, key)
	} else if t, ok := parseTemplate(d.header.version, def.options, r); ok {
		t.key, t.stream = key, d.stream
		def.template = t
	}
	d.pending.set(r.id, def.template)
}

// define applies the template records of a set.
func (d *Decoder) define(s *set) {
	d.summary.TemplateSets++
	if s.unclean {
		d.summary.Remarks[NonZeroPadding]++
	}
	for i := range d.definitions[s.from:s.to] {
		def := &d.definitions[s.from+i]
		switch {
		case def.all:
			d.summary.Withdrawals++
			d.withdrawAll(def.options)
		case def.withdrawal:
			d.summary.Withdrawals++
			d.withdraw(templateKey{domain: d.header.domain, id: def.id}, def.options)
		case def.noID:
			d.summary.Remarks[BadTemplate]++
		case def.template == nil:
			d.summary.Remarks[BadTemplate]++
			d.withdraw(templateKey{domain: d.header.domain, id: def.id}, def.options)
		default:
			d.apply(def)
		}
	}
}

// apply brings a template into force.
func (d *Decoder) apply(def *definition) {
	if def.options {
		d.summary.OptionTemplates++
	} else {
		d.summary.Templates++
	}
	t := def.template
	if old := d.stream.templates[t.key]; old == t {
		t.late = false
		d.inForce.use(t)
	} else {
		if old != nil && !old.withdrawn && !old.late && !def.refresh {
			d.summary.Redefinitions++
		}
		d.summary.Remarks[TemplateLimit] += d.inForce.put(t)
	}
	if !d.surveyed {
		d.learn(t)
	}
}

// withdraw ends the force of a template. The place stays taken, so that data behind
// the withdrawal are not decoded with what comes later.
func (d *Decoder) withdraw(key templateKey, options bool) {
	if old := d.stream.templates[key]; old != nil && old.withdrawn {
		return
	}
	t := &template{key: key, stream: d.stream, options: options, withdrawn: true}
	d.summary.Remarks[TemplateLimit] += d.inForce.put(t)
}

// withdrawAll ends the force of all templates of a kind in the message's domain. Those
// that are not defined yet are not concerned.
func (d *Decoder) withdrawAll(options bool) {
	for key, t := range d.stream.templates {
		if key.domain == d.header.domain && t.options == options && !t.withdrawn && !t.late {
			t.withdrawn, t.plan = true, nil
		}
	}
}
