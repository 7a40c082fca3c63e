package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// parseTshark reads what `tshark -T json -Y cflow` prints: an object a frame, with
// the messages in it as trees whose members are named as tshark shows them.
func parseTshark(text string) (reference, error) {
	r := reference{precision: time.Nanosecond, counts: recordCounts{known: true, headerCounts: true}}
	document, err := readTree(json.NewDecoder(strings.NewReader(text)))
	if err != nil {
		return r, err
	}
	options := tsharkOptions(&document) // of all frames, as data may come first
	for i := range document.members {
		layers := document.members[i].get("_source").get("layers")
		for _, m := range layers.under("cflow") {
			message := tsharkMessage{node: &m, frame: layers.get("frame").value("frame.number"), options: options}
			message.exporter = layers.get("ip").value("ip.src") + layers.get("ipv6").value("ipv6.src")
			if err := message.read(&r); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// tsharkOptions gives the options templates of a capture by domain and id, and the
// instants when systems started, by domain.
func tsharkOptions(document *node) map[string]string {
	options := map[string]string{}
	for i := range document.members {
		layers := document.members[i].get("_source").get("layers")
		for _, m := range layers.under("cflow") {
			domain := tsharkDomain(&m)
			for _, set := range append(m.under("FlowSet "), m.under("Set ")...) {
				for _, template := range set.under("Options Template") {
					options[domain+" "+template.value("cflow.template_id")] = "options template"
				}
				for _, record := range set.under("Flow ") {
					if start := record.value("cflow.sys_init_time"); start != "" {
						options[domain] = start
					}
				}
			}
		}
	}
	return options
}

// tsharkDomain gives the source id or observation domain of a message.
func tsharkDomain(m *node) string { return m.value("cflow.source_id") + m.value("cflow.od_id") }

// tsharkMessage is an export message as tshark shows it.
type tsharkMessage struct {
	*node
	frame    string
	exporter string
	options  map[string]string // of tsharkOptions
}

// read appends the flow records of the message to those of a reference.
func (m *tsharkMessage) read(r *reference) error {
	r.counts.messages++
	before := r.counts
	for _, pdu := range m.under("pdu ") {
		if err := m.readRecord(r, &pdu, ""); err != nil {
			return err
		}
	}
	templates := 0
	for _, set := range append(m.under("FlowSet "), m.under("Set ")...) {
		id := set.value("cflow.flowset_id")
		templates += len(set.under("Template ")) + len(set.under("Options Template "))
		for _, record := range set.under("Flow ") {
			if m.options[tsharkDomain(m.node)+" "+id] != "" {
				r.counts.options++
			} else if err := m.readRecord(r, &record, id); err != nil {
				return err
			}
		}
	}
	count, err := strconv.Atoi(m.value("cflow.count"))
	if read := r.counts.flow + r.counts.options - before.flow - before.options + templates; err == nil && read > count {
		r.counts.headerCounts = false
	}
	return nil
}

func (m *tsharkMessage) readRecord(r *reference, n *node, set string) error {
	r.counts.flow++
	fields := tsharkFields{}
	for _, leaf := range n.leaves() {
		fields[leaf.name] = append(fields[leaf.name], leaf.text)
	}
	record := newFlowRecord(fmt.Sprintf("frame %s set %s %s", m.frame, set, n.name))
	record.setNumber("observation_domain", tsharkDomain(m.node))
	record.setAddress("exporter_ip", m.exporter)
	record.other["version"] = m.value("cflow.version")
	record.other["aggregation"] = m.value("cflow.aggmethod")
	for name, texts := range fields {
		record.other[name] = texts[0]
	}
	fields.fill(&record)
	m.setSampling(&record, fields)
	if err := m.setTimes(&record, fields); err != nil {
		return err
	}
	r.records = append(r.records, record)
	if reverse, ok := fields.reverse(&record); ok {
		r.records = append(r.records, reverse)
	}
	return nil
}

// setSampling notes the sampling rate of the record (34), else of a header of version
// 5.
func (m *tsharkMessage) setSampling(r *flowRecord, fields tsharkFields) {
	for _, rate := range [...]string{fields.first("cflow.sampling_interval"), m.value("cflow.samplerate")} {
		if rate != "" && rate != "0" {
			r.set("sampling_rate", rate)
			return
		}
	}
}

// tsharkLayout is how tshark shows instants.
const tsharkLayout = "Jan _2, 2006 15:04:05.999999999 MST"

// setTimes notes start and end: instants, else uptimes by the header's clock, else
// the instant of an event. Export times as a last resort are left out.
func (m *tsharkMessage) setTimes(r *flowRecord, fields tsharkFields) error {
	for column, names := range map[string][2]string{
		"flow_start": {"cflow.abstimestart", "cflow.timestart"}, "flow_end": {"cflow.abstimeend", "cflow.timeend"},
	} {
		instant, uptime := fields.first(names[0]), fields.first(names[1])
		if instant == "" && uptime == "" {
			instant = fields.first("cflow.observation_time_milliseconds")
		}
		switch {
		case instant != "":
			t, err := time.Parse(tsharkLayout, instant)
			if err != nil {
				return fmt.Errorf("cannot read a time of %s: %w", r.place, err)
			}
			r.setTime(column, t)
		case uptime != "" && m.options[tsharkDomain(m.node)] != "":
			t, err := m.sinceStart(uptime)
			if err != nil {
				return fmt.Errorf("cannot read a time of %s: %w", r.place, err)
			}
			r.setTime(column, t)
		case uptime != "" && m.has("cflow.sysuptime"):
			t, err := m.uptimeInstant(uptime)
			if err != nil {
				return fmt.Errorf("cannot read a time of %s: %w", r.place, err)
			}
			r.setTime(column, t)
		}
	}
	return nil
}

// uptimeInstant gives the instant of an uptime in seconds by the header's clock.
func (m *tsharkMessage) uptimeInstant(text string) (time.Time, error) {
	tree := m.get("cflow.timestamp_tree")
	export, err := parseSeconds(tree.value("cflow.unix_secs"))
	if err != nil {
		return time.Time{}, err
	}
	if part := tree.value("cflow.unix_nsecs"); part != "" {
		nanoseconds, err := time.ParseDuration(part + "ns")
		if err != nil {
			return time.Time{}, err
		}
		export = export.Add(nanoseconds)
	}
	header, err := parseSeconds(m.value("cflow.sysuptime"))
	if err != nil {
		return time.Time{}, err
	}
	stamp, err := parseSeconds(text)
	if err != nil {
		return time.Time{}, err
	}
	return uptimeInstant(export, header.UnixMilli(), stamp.UnixMilli()), nil
}

// sinceStart gives the instant of an uptime in seconds in IPFIX, by the start of the
// system that options tell. Uptimes wrap after 2^32 ms.
func (m *tsharkMessage) sinceStart(text string) (time.Time, error) {
	start, err := time.Parse(tsharkLayout, m.options[tsharkDomain(m.node)])
	if err != nil {
		return time.Time{}, err
	}
	stamp, err := parseSeconds(text)
	if err != nil {
		return time.Time{}, err
	}
	export, err := parseSeconds(m.get("cflow.timestamp_tree").value("cflow.exporttime"))
	if err != nil {
		return time.Time{}, err
	}
	const wrap = 1 << 32 * time.Millisecond
	t := start.Add(time.Duration(stamp.UnixNano()))
	for !t.Add(wrap).After(export) {
		t = t.Add(wrap)
	}
	return t, nil
}
