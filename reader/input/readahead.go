package input

// readAhead reads in a goroutine of its own into two buffers that go back and
// forth: while the caller takes one, the other is filled.
type readAhead struct {
	filled  chan buffer // from the goroutine; closed by it at its end
	empty   chan []byte // back to it
	quit    chan struct{}
	current buffer
	rest    []byte // of current, still to be taken
}

// buffer is octets and the error behind them.
type buffer struct {
	octets []byte
	err    error
}

// startReadAhead begins to read; read must keep giving its last error.
func startReadAhead(read func([]byte) (int, error)) *readAhead {
	const buffers = 2
	a := &readAhead{filled: make(chan buffer, buffers), empty: make(chan []byte, buffers), quit: make(chan struct{})}
	for range buffers {
		a.empty <- make([]byte, storedBuffer)
	}
	go a.run(read)
	return a
}

func (a *readAhead) run(read func([]byte) (int, error)) {
	defer close(a.filled)
	for {
		var space []byte
		select {
		case space = <-a.empty:
		case <-a.quit:
			return
		}
		n, err := 0, error(nil)
		for n < len(space) && err == nil {
			var m int
			m, err = read(space[n:])
			n += m
			if a.stopped() {
				return
			}
		}
		a.filled <- buffer{octets: space[:n], err: err} // has room for all buffers
		if err != nil {
			return
		}
	}
}

func (a *readAhead) stopped() bool {
	select {
	case <-a.quit:
		return true
	default:
		return false
	}
}

// Read takes what is read already, or waits for it.
func (a *readAhead) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(a.rest) == 0 {
		if a.current.err != nil {
			return 0, a.current.err
		}
		if a.current.octets != nil {
			a.empty <- a.current.octets[:cap(a.current.octets)]
		}
		a.current = <-a.filled
		a.rest = a.current.octets
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// stop ends the goroutine and waits for its end. It is called once.
func (a *readAhead) stop() {
	close(a.quit)
	for range a.filled {
	}
}
