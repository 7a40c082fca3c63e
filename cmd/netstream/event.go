package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"netstream/aggregate/flow"
)

// logFlag is the flag that makes messages events.
const logFlag = "log-format"

// maxEvents is how many warnings of one kind are written one by one; the others are
// counted in one more at the end.
const maxEvents = 100

// progressEvents is how often progress is told as an event.
const progressEvents = 10 * time.Second

// eventLog writes messages as JSON objects, one a line, for programs that watch
// unattended runs. The nil eventLog writes nothing. Its methods may be called by several
// goroutines.
type eventLog struct {
	logger *slog.Logger

	mu    sync.Mutex
	kinds map[string]int // warnings by format
}

func newEventLog(w io.Writer) *eventLog {
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.StringValue(timeText(a.Value.Time().UTC()))
		}
		return a
	}})
	return &eventLog{logger: slog.New(handler), kinds: make(map[string]int)}
}

// wantsEvents says whether a command line asks for events. It is known before flags are
// read, so that what is wrong with them is told as an event, too.
func wantsEvents(args []string) bool {
	if len(args) == 0 || lookup(args[0]) == nil || lookup(args[0]).flags.Lookup(logFlag) == nil {
		return false
	}
	events := false
	for i, arg := range args {
		switch {
		case arg == "--":
			return events
		case strings.HasPrefix(arg, "--"+logFlag+"="):
			events = arg == "--"+logFlag+"=json"
		case arg == "--"+logFlag && i+1 < len(args):
			events = args[i+1] == "json"
		}
	}
	return events
}

// structured says whether messages are events.
func (l *eventLog) structured() bool { return l != nil }

// event writes what went well.
func (l *eventLog) event(message string, attributes ...slog.Attr) {
	if l != nil {
		l.logger.LogAttrs(context.Background(), slog.LevelInfo, message, attributes...)
	}
}

// warning writes a warning, if there were not too many of its format.
func (l *eventLog) warning(format string, args ...any) {
	l.mu.Lock()
	l.kinds[format]++
	many := l.kinds[format] > maxEvents
	l.mu.Unlock()
	if !many {
		l.logger.Warn(printable(fmt.Sprintf(format, args...)))
	}
}

// failure writes the error that ends the program.
func (l *eventLog) failure(ctx context.Context, err error) {
	code := slog.Int("exit_code", exitCode(ctx, err))
	var by signalled
	if stopped(err) && errors.As(context.Cause(ctx), &by) {
		l.logger.LogAttrs(ctx, slog.LevelError, by.Error(), code)
		return
	}
	attributes := []slog.Attr{code}
	if hint := hintOf(err); hint != "" {
		attributes = append(attributes, slog.String("hint", printable(hint)))
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if i == maxEvents {
			l.logger.LogAttrs(ctx, slog.LevelError, "and further errors", code)
			break
		}
		l.logger.LogAttrs(ctx, slog.LevelError, printable(line), attributes...)
	}
}

// close tells how many warnings were not written.
func (l *eventLog) close() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, format := range sortedKeys(l.kinds) {
		if more := l.kinds[format] - maxEvents; more > 0 {
			l.logger.Warn("further warnings of a kind were not written", slog.String("kind", format), slog.Int("count", more))
		}
	}
}

// logProgress tells how far a run is.
func (p *progress) logProgress(elapsed time.Duration) {
	stage := "reading"
	if s := p.stage.Load(); s != nil {
		stage = *s
	}
	p.log.event("progress", slog.String("stage", stage), slog.Int64("packets", p.packets.Load()),
		slog.Int64("octets", p.octets.Load()), slog.Int64("octets_total", p.total.Load()), seconds(elapsed))
}

func seconds(d time.Duration) slog.Attr { return slog.Float64("elapsed_seconds", d.Seconds()) }

// logSummary tells what a run has done.
func (j *job) logSummary(out string) {
	b := &j.sides
	complete := !j.inputs.leftOut
	for _, a := range j.accounts {
		complete = complete && a.Complete()
	}
	exports := j.exportSums()
	attributes := []slog.Attr{
		slog.String("output", out), slog.Int("inputs", len(j.accounts)), slog.Bool("complete", complete),
		sumAttribute("packets_read", b.PacketsRead), slog.Uint64("packets_accounted", j.meteredPackets()),
		slog.Uint64("records_read", exports.read), slog.Uint64("records_accounted", exports.accounted),
		slog.Uint64("flows", j.flows.records), slog.Uint64("intervals", j.perBin.records),
		sumAttribute("bytes", b.Flows.Octets), sumAttribute("wire_bytes", b.Flows.WireOctets),
	}
	if first, last, any := j.span(); any {
		attributes = append(attributes, slog.String("first_time", timeText(first)), slog.String("last_time", timeText(last)))
	}
	attributes = append(attributes, slog.Any("tables", slices.Clone(j.tableNames())), seconds(time.Since(j.began)))
	j.console.log.event("done", attributes...)
}

// sumAttribute gives a sum as a number, or as a text where it is beyond 64 bits.
func sumAttribute(name string, s flow.Sum) slog.Attr {
	if v, ok := s.Uint64(); ok {
		return slog.Uint64(name, v)
	}
	return slog.String(name, s.String())
}
