package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/capture"
	"netstream/reader/damage"
	"netstream/reader/header"
	"netstream/reader/input"
)

const inspectLong = `Reads each file to its end and says what it is: format, compression, time span, and every damaged
place with its offset; of captures the sections, interfaces, link types, snapshot lengths and
packets; of exports the versions, exporters, sequence numbers, templates with their fields, and
what options say of sampling, interfaces, VRFs and applications.

EXIT STATUS
  0  every file is whole
  3  a file is damaged, cut, partly undecodable, or cannot be opened
  4  usage, or a file holds neither packets nor exports`

func newInspectCommand() *command {
	var asJSON, streams, asPackets bool
	cmd := &command{
		name: "inspect", arguments: "FILE...", summary: "Says what a file is: format, interfaces or exporters, time span, damage.",
		long: inspectLong, flags: newFlags("inspect"),
	}
	cmd.flags.BoolVar(&asJSON, "json", false, "one JSON document a file, one a line")
	cmd.flags.BoolVar(&asPackets, "packets", false, "look at captures of exports as at any other capture")
	cmd.flags.BoolVar(&streams, "stream", false, "also read named pipes, sockets and devices")
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		selection, err := input.Expand(input.Request{Names: args, Stdin: c.in, Streams: streams})
		worst := error(nil)
		if err != nil {
			if len(selection.Sources) == 0 {
				return inputFailure(err)
			}
			worst = inputFailure(err)
		}
		for _, source := range selection.Sources {
			if err := ctx.Err(); err != nil {
				return err
			}
			found := inspect(source, c.in, asPackets)
			if err := found.print(c.out, asJSON); err != nil {
				return err
			}
			worst = graver(worst, found.verdict())
		}
		return worst
	}
	return cmd
}

// graver gives the error that says more about the command: one of use or of the
// system before one of damage, else the first.
func graver(a, b error) error {
	var f *failure
	if a == nil || b != nil && errors.As(a, &f) && f.code == exitDamaged {
		return b
	}
	return a
}

// inspection is what was found out about one file.
type inspection struct {
	Name        string            `json:"name"`
	Format      string            `json:"format"` // pcap, pcapng, empty or unknown
	Compression []string          `json:"compression,omitempty"`
	Size        int64             `json:"size"`
	ContentSize int64             `json:"content_size"`
	Sections    uint64            `json:"sections,omitempty"`
	Interfaces  []inspectedPort   `json:"interfaces,omitempty"`
	Packets     uint64            `json:"packets"`
	Captured    uint64            `json:"captured_bytes"`
	Wire        uint64            `json:"wire_bytes"`
	FirstTime   string            `json:"first_time,omitempty"` // least, not first in the file
	LastTime    string            `json:"last_time,omitempty"`
	Backwards   uint64            `json:"times_backwards"`
	Blocks      map[string]uint64 `json:"blocks,omitempty"`
	Damages     []inspectedDamage `json:"damages,omitempty"`
	DamageCount uint64            `json:"damage_count"`
	Error       string            `json:"error,omitempty"`

	*inspectedExports

	first, last flow.Timestamp
	failed      error
}

type inspectedPort struct {
	Section    int    `json:"section"`
	Name       string `json:"name,omitempty"`
	About      string `json:"description,omitempty"`
	LinkType   uint16 `json:"link_type"`
	Link       string `json:"link"`
	SnapLen    uint32 `json:"snap_len"`
	Resolution string `json:"time_resolution"`
	Packets    uint64 `json:"packets"`
	Dropped    uint64 `json:"dropped,omitempty"`
}

type inspectedDamage struct {
	Kind   string `json:"kind"`
	Offset int64  `json:"offset"`
	Packet uint64 `json:"packet"`
	Unit   string `json:"unit,omitempty"` // message or record; packet if it is not said
	Length int64  `json:"length"`
	Detail string `json:"detail"`
}

// inspect reads a file to its end.
func inspect(source input.Source, stdin io.Reader, asPackets bool) *inspection {
	found := &inspection{Name: source.Name, Format: "unknown"}
	in, err := input.Open(source, stdin, input.Options{NoDigests: true, ReadAhead: true})
	if err != nil {
		found.failed = inputFailure(err)
		return found
	}
	for _, format := range in.Formats() {
		found.Compression = append(found.Compression, format.String())
	}
	captures := reader.CapturesByContent
	if asPackets {
		captures = reader.CapturesAsPackets
	}
	if kind := reader.Recognize(in, captures); reader.HoldsExports(kind) {
		found.exports(source, in, kind)
		return found
	}
	frames, err := capture.NewReader(in)
	if err == nil {
		found.Format = frames.Format().String()
		err = found.walk(frames)
		found.describe(frames)
	}
	if closing := in.Close(); closing != nil && err == nil {
		err = closing
	}
	found.settle(err, in.Account())
	return found
}

// walk reads all frames.
func (found *inspection) walk(frames *capture.Reader) error {
	var f capture.Frame
	previous := flow.MinTimestamp
	for {
		err := frames.Next(&f)
		if err == io.EOF {
			return nil
		}
		if d, ok := err.(*damage.Error); ok {
			found.damaged(d)
			continue
		}
		if err != nil {
			return err
		}
		if !f.TimeValid {
			continue
		}
		if found.FirstTime == "" || f.Time < found.first {
			found.first = f.Time
		}
		if found.FirstTime == "" || f.Time > found.last {
			found.last = f.Time
		}
		found.FirstTime = "known"
		if f.Time < previous {
			found.Backwards++
		}
		previous = f.Time
	}
}

func (found *inspection) damaged(d *damage.Error) {
	found.DamageCount++
	found.Damages = append(found.Damages, inspectedDamage{d.Kind.String(), d.Offset, d.Number, unitName(d.Unit), d.Length, d.Detail})
}

// describe takes over what the reader counted.
func (found *inspection) describe(frames *capture.Reader) {
	t := frames.Tally()
	found.DamageCount = t.DamageCount() // walk has those that were reported one by one
	found.Sections, found.Packets, found.Captured, found.Wire = t.Sections, t.Packets, t.CapturedOctets, t.WireOctets
	if found.FirstTime != "" {
		found.FirstTime, found.LastTime = timeText(found.first.Time()), timeText(found.last.Time())
	}
	for _, i := range frames.Interfaces() {
		found.Interfaces = append(found.Interfaces, inspectedPort{
			Section: i.Section, Name: i.Name, About: i.Description, LinkType: i.LinkType, Link: header.LinkTypeName(i.LinkType),
			SnapLen: i.SnapLen, Resolution: resolutionText(i.TimeResolution), Packets: i.Packets, Dropped: i.Dropped,
		})
	}
	for name, n := range map[string]uint64{
		"section": t.Blocks.Section, "interface": t.Blocks.Interface, "packet": t.Blocks.Packet,
		"simple_packet": t.Blocks.SimplePacket, "enhanced_packet": t.Blocks.EnhancedPacket,
		"name_resolution": t.Blocks.NameResolution, "statistics": t.Blocks.Statistics, "journal": t.Blocks.Journal,
		"secrets": t.Blocks.Secrets, "custom": t.Blocks.Custom, "unknown": t.Blocks.Unknown,
	} {
		if n > 0 {
			if found.Blocks == nil {
				found.Blocks = make(map[string]uint64)
			}
			found.Blocks[name] = n
		}
	}
}

// settle takes over how the reading ended.
func (found *inspection) settle(err error, account input.Account) {
	found.Size, found.ContentSize = account.Stored, account.Expanded
	for _, d := range account.Damage {
		if !d.Fatal { // the capture reader has passed on what ended the stream
			found.damaged(d)
		}
	}
	var d *damage.Error
	switch {
	case err == nil:
	case reader.IsForeign(err):
		found.failed = fail(exitUsage, "", "cannot read %s: %w", found.Name, reader.OfEither(err))
	case errors.As(err, &d):
		if d.Kind == damage.EmptyInput {
			found.Format = "empty"
		}
		found.damaged(d)
	default:
		found.failed = inputFailure(err)
	}
	if found.failed != nil {
		found.Error = found.failed.Error()
	}
}

// verdict gives the error that the file stands for, if any.
func (found *inspection) verdict() error {
	if found.failed != nil {
		return found.failed
	}
	if found.DamageCount > 0 {
		return fail(exitDamaged, "", "%s: %d damaged %s", found.Name, found.DamageCount, plural(found.DamageCount, "place"))
	}
	return nil
}

// resolutionText words if_tsresol (draft-ietf-opsawg-pcapng section 4.2).
func resolutionText(raw uint8) string {
	switch {
	case raw&0x80 != 0:
		return fmt.Sprintf("2^-%d s", raw&0x7f)
	case raw == 3:
		return "ms"
	case raw == 6:
		return "us"
	case raw == 9:
		return "ns"
	}
	return fmt.Sprintf("10^-%d s", raw)
}

func (found *inspection) print(w io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		return encoder.Encode(found)
	}
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(printable(fmt.Sprintf(format, args...)) + "\n") }
	line("%s", found.Name)
	format := found.Format
	for i := len(found.Compression) - 1; i >= 0; i-- {
		format += " in " + found.Compression[i]
	}
	line("  format      %s, %s octets (%s decompressed)", format, count(uint64(found.Size)), count(uint64(found.ContentSize)))
	if found.Error != "" {
		line("  error       %s", found.Error)
	}
	if found.Format == "pcap" || found.Format == "pcapng" {
		line("  packets     %s, %s octets captured of %s", count(found.Packets), count(found.Captured), count(found.Wire))
		if found.FirstTime != "" {
			line("  time        %s .. %s (%v), %s backwards", found.FirstTime, found.LastTime, found.last.Since(found.first), count(found.Backwards))
		}
		if found.Sections > 0 {
			line("  sections    %d", found.Sections)
		}
	}
	for n, i := range found.Interfaces {
		name := i.Name
		if name == "" {
			name = "(nameless)"
		}
		line("  interface   %d: %s, link type %d %s, snapshot length %d, time in %s, %s packets",
			n, name, i.LinkType, i.Link, i.SnapLen, i.Resolution, count(i.Packets))
		if n == 19 && len(found.Interfaces) > 20 {
			line("              and %d more", len(found.Interfaces)-20)
			break
		}
	}
	if found.inspectedExports != nil {
		found.inspectedExports.print(line)
	}
	for _, d := range found.Damages {
		line("  damage      %s at offset %d, %s %d: %s", d.Kind, d.Offset, cmp.Or(d.Unit, "packet"), d.Packet, d.Detail)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
