package reference

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"netstream/reader/service"
)

// IP protocols with ports.
const (
	protocolTCP  = 6
	protocolUDP  = 17
	protocolDCCP = 33
	protocolSCTP = 132
)

var errNoName = errors.New("there is no name")

// ReadServices reads the names of ports: files in the format of /etc/services, and CSV
// of port, protocol and name, where an empty protocol means TCP and UDP. Protocols other
// than TCP, UDP, SCTP and DCCP are left out. The error is one of reading.
func ReadServices(in Stream, add func(protocol uint8, port uint16, name string)) (Report, error) {
	var report Report
	l := newLines(in, &report)
	first, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	if fields := strings.Fields(first); len(fields) > 1 && strings.Contains(fields[1], "/") {
		report.Format = formatServices
		err := readServices(l, first, add)
		return report, err
	}
	columns := []column{
		{names: []string{"port"}}, {names: []string{"protocol", "proto"}},
		{names: []string{"name", "service"}},
	}
	err = readTable(l, first, columns, func(t *table) error {
		port, err := parsePort(t.cell(0))
		if err == nil {
			err = addService(t.cell(1), port, t.cell(2), &report, add)
		}
		return err
	})
	return report, err
}

// readServices reads lines of name, port/protocol and other names, which do not count.
func readServices(l *lines, line string, add func(uint8, uint16, string)) error {
	for {
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		err := fmt.Errorf("got %d fields, want a name and port/protocol", len(fields))
		if len(fields) > 1 {
			number, protocol, _ := strings.Cut(fields[1], "/")
			var port uint16
			if port, err = parsePort(number); err == nil && protocol == "" {
				err = fmt.Errorf("got %q, want port/protocol", fields[1])
			}
			if err == nil {
				err = addService(protocol, port, fields[0], l.report, add)
			}
		}
		if err == nil {
			l.report.Entries++
		} else {
			l.fault(err)
		}
		var ok bool
		if line, ok, err = l.next(); err != nil || !ok {
			return err
		}
	}
}

func parsePort(text string) (uint16, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("got %q, want a port from 0 to 65535", text)
	}
	return uint16(n), nil
}

// addService adds the name for the protocols that are meant.
func addService(protocol string, port uint16, name string, report *Report, add func(uint8, uint16, string)) error {
	if name == "" {
		return errNoName
	}
	switch strings.ToLower(protocol) {
	case "", "*":
		add(protocolTCP, port, name)
		add(protocolUDP, port, name)
	case "tcp", "6":
		add(protocolTCP, port, name)
	case "udp", "17":
		add(protocolUDP, port, name)
	case "dccp", "33":
		add(protocolDCCP, port, name)
	case "sctp", "132":
		add(protocolSCTP, port, name)
	default:
		report.LeftOut++
	}
	return nil
}

// RegisteredServices gives the names that ports have by registration.
func RegisteredServices(add func(protocol uint8, port uint16, name string)) {
	for s := range service.All() {
		if s.RegisteredTCP() {
			add(protocolTCP, s.TCP, s.Name)
		}
		if s.RegisteredUDP() {
			add(protocolUDP, s.UDP, s.Name)
		}
	}
}
