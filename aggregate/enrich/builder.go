package enrich

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// IP protocols with services.
const (
	protocolTCP     = 6
	protocolUDP     = 17
	protocolDCCP    = 33
	protocolSCTP    = 132
	protocolUDPLite = 136
)

// Builder collects reference data. The order in which entries are added has no say in
// what comes out. It is for one goroutine.
type Builder struct {
	data   Data
	routes *ballot
	files  []labelFile
}

// NewBuilder gives a builder that knows nothing.
func NewBuilder() *Builder { return &Builder{data: Data{Texts: newTexts()}} }

// WithRoutes says that there are routes, also if none is added.
func (b *Builder) WithRoutes() {
	if b.routes == nil {
		b.routes = &ballot{}
	}
}

// AddRoute adds that so many say that the autonomous system originates the prefix. The
// one of which most say so counts, of several the least.
func (b *Builder) AddRoute(prefix netip.Prefix, origin, votes uint32) {
	b.WithRoutes()
	b.routes.add(prefix, origin, votes)
}

// WithASNames says that there are names of autonomous systems, also if none is added.
func (b *Builder) WithASNames() {
	if b.data.asNames == nil {
		b.data.asNames = make(map[uint32]uint32)
	}
}

// AddASName adds the name of an autonomous system.
func (b *Builder) AddASName(as uint32, name string) {
	b.WithASNames()
	number := b.data.Texts.number(name)
	if there, ok := b.data.asNames[as]; ok {
		number = b.settle(there, number)
	}
	b.data.asNames[as] = number
}

// WithCountries says that there are countries, also if none is added.
func (b *Builder) WithCountries() {
	if b.data.countries == nil {
		b.data.countries = new(bart.Table[uint32])
	}
}

// AddCountry adds the country of a prefix.
func (b *Builder) AddCountry(prefix netip.Prefix, country string) {
	b.WithCountries()
	number := b.data.Texts.number(country)
	if there, ok := b.data.countries.Get(prefix); ok {
		number = b.settle(there, number)
	}
	b.data.countries.Insert(prefix, number)
}

// AddLabels begins a file of labels with these columns and gives the function that takes
// its rows, with a text a column. Each file has its own longest matching prefix.
func (b *Builder) AddLabels(names []string) (add func(prefix netip.Prefix, texts []string)) {
	l := &labels{columns: make([]int, len(names))}
	b.files = append(b.files, labelFile{slices.Clone(names), l})
	return func(prefix netip.Prefix, texts []string) {
		if l.add(b.data.Texts, prefix, texts) {
			b.data.Contradictory = true
		}
	}
}

// WithInterfaces says that there are interfaces, also if none is added.
func (b *Builder) WithInterfaces() {
	if b.data.interfaces == nil {
		b.data.interfaces = make(map[interfaceKey]interfaceEntry)
	}
}

// AddInterface adds name and speed, in bit/s, of an exporter's interface; "" and 0 if
// they are not known. The zero Addr means every exporter that has no entry of its own
// for that index.
func (b *Builder) AddInterface(exporter netip.Addr, index uint32, name string, speed uint64) {
	b.WithInterfaces()
	key, entry := interfaceKey{exporter, index}, interfaceEntry{b.data.Texts.number(name), speed}
	if there, ok := b.data.interfaces[key]; ok {
		entry.name = b.settle(there.name, entry.name)
		entry.speed = b.settleSpeed(there.speed, entry.speed)
	}
	b.data.interfaces[key] = entry
}

// WithServices says that there are services, also if none is added.
func (b *Builder) WithServices() {
	if b.data.services == nil {
		b.data.services = make(map[servicePort]uint32)
	}
}

// AddService adds the name of a port.
func (b *Builder) AddService(protocol uint8, port uint16, name string) {
	b.WithServices()
	key, number := servicePort{protocol, port}, b.data.Texts.number(name)
	if there, ok := b.data.services[key]; ok {
		number = b.settle(there, number)
	}
	b.data.services[key] = number
}

// WithClasses says that there are classes of service: every code point that is not added
// is of the class other.
func (b *Builder) WithClasses() {
	if b.data.classes != nil {
		return
	}
	b.data.classes = new([codePoints]uint32)
	for dscp := range b.data.classes {
		b.data.classes[dscp] = b.data.Texts.number(otherClass)
	}
}

// AddClass adds the class of a code point, 0 to 63.
func (b *Builder) AddClass(dscp uint8, class string) {
	b.WithClasses()
	number := b.data.Texts.number(class)
	if b.data.classed&(1<<dscp) != 0 {
		number = b.settle(b.data.classes[dscp], number)
	}
	b.data.classed |= 1 << dscp
	b.data.classes[dscp] = number
}

// settle gives the text that counts of two for the same.
func (b *Builder) settle(there, number uint32) uint32 {
	text, contradiction := b.data.Texts.settle(there, number)
	if contradiction {
		b.data.Contradictory = true
	}
	return text
}

// settleSpeed gives the speed that counts of two: the lesser one that is known.
func (b *Builder) settleSpeed(there, speed uint64) uint64 {
	switch {
	case there == 0:
		return speed
	case speed == 0 || speed == there:
		return there
	}
	b.data.Contradictory = true
	return min(there, speed)
}

// Build gives what was collected; the builder is of no use then. With override, numbers
// of autonomous systems and prefix lengths of routes go before those of exporters. It
// fails with [ErrTooMuchText], or if two files of labels have a column of one name.
func (b *Builder) Build(override bool) (*Data, error) {
	d := &b.data
	if d.Texts.octets > MaxTextOctets {
		return nil, fmt.Errorf("cannot keep reference data: %w, at most %d octets", ErrTooMuchText, MaxTextOctets)
	}
	d.override = override
	if b.routes != nil {
		d.routes = b.routes.table()
	}
	d.LabelNames = sortLabels(b.files)
	for i := 1; i < len(d.LabelNames); i++ {
		if d.LabelNames[i] == d.LabelNames[i-1] {
			return nil, fmt.Errorf("cannot keep reference data: two files of labels have the column %s", d.LabelNames[i])
		}
	}
	for _, f := range b.files {
		d.labels = append(d.labels, f.labels)
	}
	return d, nil
}
