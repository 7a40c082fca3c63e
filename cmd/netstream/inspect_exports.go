package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/datagram"
	"netstream/reader/element"
	"netstream/reader/input"
	"netstream/reader/netflow"
	"netstream/reader/option"
	"netstream/writer/manifest"
)

// inspectedExports is what was found out about a file of exports.
type inspectedExports struct {
	Messages  map[string]uint64   `json:"messages,omitempty"` // by outcome
	Records   uint64              `json:"records"`            // flow records
	Rows      uint64              `json:"rows"`
	Streams   []manifest.Stream   `json:"streams,omitempty"`
	Templates []inspectedTemplate `json:"templates,omitempty"`
	Options   []inspectedOption   `json:"options,omitempty"`
	Nfcapd    *inspectedNfcapd    `json:"nfcapd,omitempty"`
}

type inspectedTemplate struct {
	Exporter string   `json:"exporter,omitempty"`
	Port     uint16   `json:"port,omitempty"`
	Version  string   `json:"version"`
	Domain   uint32   `json:"observation_domain"`
	ID       uint16   `json:"id"`
	Scopes   int      `json:"scope_fields,omitempty"` // of options templates, which have at least one
	Fields   []string `json:"fields"`                 // name/length
	Defined  uint64   `json:"defined"`
	Changed  uint64   `json:"changed,omitempty"`
	First    string   `json:"first"`
}

type inspectedOption struct {
	Exporter string `json:"exporter,omitempty"`
	Domain   uint32 `json:"observation_domain"`
	Kind     string `json:"kind"`
	ID       uint64 `json:"id"`
	Name     string `json:"name,omitempty"`
	Sampling string `json:"sampling,omitempty"` // population/sample
	Boot     string `json:"boot_time,omitempty"`
}

type inspectedNfcapd struct {
	Layout      uint16 `json:"layout"`
	Creator     string `json:"creator,omitempty"`
	Version     string `json:"creator_version,omitempty"`
	Compression string `json:"compression"`
	Ident       string `json:"ident,omitempty"`
	Flows       uint64 `json:"flows"`
	Packets     uint64 `json:"packets"`
	Octets      uint64 `json:"bytes"`
}

// exports reads a file of exports to its end.
func (found *inspection) exports(source input.Source, in *input.Input, kind datagram.Kind) {
	names := flow.NewNames()
	options := reader.Options{
		Points: flow.NewPoints(), Input: input.Options{NoDigests: true, ReadAhead: true},
		Exports: reader.ExportOptions{Names: names, Ceiling: new(reader.Ceiling),
			Spool: func() (*os.File, error) { return spillFile(os.TempDir()) }},
	}
	exports, err := reader.OpenExports(source, in, kind, options)
	if err != nil {
		found.settle(err, in.Account())
		return
	}
	defer exports.Close() // it was only read
	if err = exports.Begin(); err == nil {
		batch := flow.NewBatch()
		for err == nil {
			batch.Reset()
			err = exports.ReadRecords(batch)
		}
	}
	account := exports.Account()
	if err != io.EOF {
		found.settle(err, account.Input)
		return
	}
	found.Size, found.ContentSize = account.Input.Stored, account.Input.Expanded
	found.Format = account.Format
	if kind == datagram.CaptureOfExports {
		found.Format += " of exports"
		found.Packets, found.Captured, found.Wire = account.Capture.Packets, account.Capture.CapturedOctets, account.Capture.WireOctets
	}
	for i := range account.Damages {
		found.damaged(&account.Damages[i])
	}
	found.DamageCount = account.DamageCount
	found.inspectedExports = describeInspected(account.Exports, exports.Decoder(), names)
	if e := account.Exports; e.Rows > 0 {
		found.first, found.last = e.FirstTime, e.LastTime
		found.FirstTime, found.LastTime = timeText(e.FirstTime.Time()), timeText(e.LastTime.Time())
	}
}

func describeInspected(e *reader.ExportAccount, d *netflow.Decoder, names *flow.Names) *inspectedExports {
	inspected := &inspectedExports{Records: e.FlowRecords, Rows: e.Rows}
	for outcome, t := range e.Messages {
		if inspected.Messages == nil {
			inspected.Messages = make(map[string]uint64)
		}
		inspected.Messages[outcome] = t.Messages
	}
	for i := range e.Streams {
		inspected.Streams = append(inspected.Streams, describeStream(&e.Streams[i]))
	}
	for _, t := range d.Templates() {
		inspected.Templates = append(inspected.Templates, describeTemplate(&t))
	}
	for _, o := range d.OptionData() {
		for _, entry := range o.Entries {
			inspected.Options = append(inspected.Options, describeOption(o.Origin.Exporter, &entry, names))
		}
	}
	if n := e.Nfcapd; n != nil {
		inspected.Records = n.Records.Flow
		inspected.Nfcapd = &inspectedNfcapd{
			Layout: e.Info.Layout, Creator: e.Info.Creator, Version: e.Info.CreatorVersion, Compression: e.Info.Compression.String(),
			Ident: e.Info.Ident, Flows: e.Info.Flows, Packets: e.Info.Packets, Octets: e.Info.Octets,
		}
	}
	return inspected
}

func describeTemplate(t *netflow.TemplateInfo) inspectedTemplate {
	d := inspectedTemplate{
		Exporter: addressText(t.Origin.Exporter), Port: t.Origin.Port, Version: versionName(t.Version), Domain: t.Domain,
		ID: t.ID, Scopes: t.Scopes, Defined: t.Defined, Changed: t.Redefined, First: timeText(t.First.Time()),
	}
	for _, f := range t.Fields {
		length := fmt.Sprint(f.Length)
		if f.Length == element.Variable {
			length = "variable"
		}
		d.Fields = append(d.Fields, element.Name(f.ID)+"/"+length)
	}
	return d
}

func describeOption(exporter netip.Addr, entry *option.Entry, names *flow.Names) inspectedOption {
	d := inspectedOption{
		Exporter: addressText(exporter), Domain: entry.Domain, Kind: entry.Kind.String(), ID: entry.ID, Name: names.Name(entry.Name),
	}
	if entry.HasRate {
		d.Sampling = fmt.Sprintf("%d/%d", entry.Rate.Population, entry.Rate.Sample)
	}
	if entry.HasBootTime {
		d.Boot = timeText(flow.Timestamp(entry.BootTime * 1e6).Time())
	}
	return d
}

// addressText is empty for an address that is not known.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// inspectedMost is how many templates, options and streams are printed one by one;
// --json has all.
const inspectedMost = 50

func (e *inspectedExports) print(line func(format string, args ...any)) {
	if n := e.Nfcapd; n != nil {
		line("  nfcapd      layout %d, compression %s, ident %q: %s flows, %s packets, %s octets by its own statistics",
			n.Layout, n.Compression, n.Ident, count(n.Flows), count(n.Packets), count(n.Octets))
	}
	line("  records     %s flow records, %s rows", count(e.Records), count(e.Rows))
	for i, s := range e.Streams {
		if i == inspectedMost {
			line("              and %d more", len(e.Streams)-i)
			break
		}
		from := s.Exporter
		if from == "" {
			from = "unknown exporter"
		} else if s.Port != 0 {
			from = fmt.Sprintf("%s port %d", from, s.Port)
		}
		line("  stream      %s, %s, domain %d: %s%s", from, s.Version, s.Domain, counted(s.Records, "record"), sequenceText(&s))
	}
	for i, t := range e.Templates {
		if i == inspectedMost {
			line("              and %d more", len(e.Templates)-i)
			break
		}
		kind := "template"
		if t.Scopes > 0 {
			kind = "options"
		}
		line("  %-11s %d of domain %d, %s, defined %s times, changed %s: %s",
			kind, t.ID, t.Domain, t.Version, count(t.Defined), count(t.Changed), strings.Join(t.Fields, " "))
	}
	for i, o := range e.Options {
		if i == inspectedMost {
			line("              and %d more", len(e.Options)-i)
			break
		}
		text := fmt.Sprintf("%s %d of domain %d", o.Kind, o.ID, o.Domain)
		if o.Name != "" {
			text += fmt.Sprintf(", name %q", o.Name)
		}
		if o.Sampling != "" {
			text += ", sampling " + o.Sampling
		}
		if o.Boot != "" {
			text += ", booted " + o.Boot
		}
		line("  told        %s", text)
	}
}

// sequenceText words what the messages of a stream say; nothing if there are none.
func sequenceText(s *manifest.Stream) string {
	if s.SequenceRule == "" {
		return ""
	}
	return fmt.Sprintf(" in %s; sequence by %s: %s lost in %s, %s, %s", counted(s.Messages, "message"), s.SequenceRule,
		count(s.Lost), counted(s.SequenceGaps, "gap"), counted(s.Duplicates, "duplicate"), counted(s.Resets, "reset"))
}
