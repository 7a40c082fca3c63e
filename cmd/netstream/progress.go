package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"netstream/reader/input"
)

// progress shows on a terminal how far a run is: a line that is drawn anew five
// times a second. The nil progress shows nothing.
type progress struct {
	w       io.Writer
	total   atomic.Int64 // octets of all files known
	packets atomic.Int64
	octets  atomic.Int64
	began   time.Time
	stopped chan struct{}
	done    chan struct{}
	stage   atomic.Pointer[string]
	once    sync.Once
	log     *eventLog // instead of w, nil for the line
}

const redraw = 200 * time.Millisecond

// startProgress shows the progress of a run. stop must be
// called, and may be called again.
func startProgress(c *console, quiet bool) *progress {
	if quiet || !c.terminal && !c.log.structured() {
		return nil
	}
	p := &progress{w: c.err, log: c.log, began: time.Now(), stopped: make(chan struct{}), done: make(chan struct{})}
	go p.draw()
	return p
}

// expect adds what is going to be read of a source.
func (p *progress) expect(source input.Source) {
	if p != nil {
		p.total.Add(sizeOf(source))
	}
}

func sizeOf(source input.Source) int64 {
	if source.Stream {
		return 0
	}
	info, err := os.Stat(source.Name)
	if err != nil {
		return 0
	}
	return info.Size()
}

func (p *progress) addPackets(n int) {
	if p != nil {
		p.packets.Add(int64(n))
	}
}

func (p *progress) addOctets(n int) {
	if p != nil {
		p.octets.Add(int64(n))
	}
}

// enter names what is being done from now on.
func (p *progress) enter(stage string) {
	if p != nil {
		p.stage.Store(&stage)
	}
}

func (p *progress) stop() {
	if p == nil {
		return
	}
	p.once.Do(func() {
		close(p.stopped)
		<-p.done
		p.clear()
	})
}

// clear takes the line away, for a message; it comes back by itself.
func (p *progress) clear() {
	if p != nil && p.log == nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *progress) draw() {
	defer close(p.done)
	every := redraw
	if p.log != nil {
		every = progressEvents
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.stopped:
			return
		case now := <-ticker.C:
			if p.log != nil {
				p.logProgress(now.Sub(p.began))
				continue
			}
			fmt.Fprintf(p.w, "\r\x1b[K%s", p.line(now.Sub(p.began)))
		}
	}
}

// line words the progress after some time.
func (p *progress) line(elapsed time.Duration) string {
	packets, octets, total := p.packets.Load(), p.octets.Load(), p.total.Load()
	seconds := max(elapsed.Seconds(), 0.001)
	text := fmt.Sprintf("%s packets, %s/s", count(uint64(packets)), count(uint64(float64(packets)/seconds)))
	if stage := p.stage.Load(); stage != nil {
		return *stage + ", " + text
	}
	if total > 0 && octets > 0 {
		share := min(float64(octets)/float64(total), 1)
		left := time.Duration((1 - share) / share * float64(elapsed)).Round(time.Second)
		text = fmt.Sprintf("%s of %s (%d%%), %s, %v left", size(octets), size(total), int(100*share), text, left)
	}
	return text
}

// count writes a number in groups of three digits.
func count(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes a number of octets with three digits or so.
func size(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	v, unit := float64(n), 0
	for v >= 1000 && unit < len(units)-1 {
		v /= 1024
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.3g %s", v, units[unit])
}
