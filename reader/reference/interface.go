package reference

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
)

// Interface is what a file says of an interface of an exporter.
type Interface struct {
	Exporter netip.Addr // the zero Addr means every exporter
	Index    uint32     // SNMP ifIndex
	Name     string     // "" if there is none
	Speed    uint64     // bit/s, 0 if it is not known
}

var errNothingSaid = errors.New("there is neither a name nor a speed")

// ReadInterfaces reads CSV of exporter, if_index, if_name and speed_bps. The error is one
// of reading.
func ReadInterfaces(in Stream, add func(Interface)) (Report, error) {
	report := Report{Format: formatCSV}
	l := newLines(in, &report)
	first, ok, err := l.next()
	if err != nil || !ok {
		return report, err
	}
	columns := []column{
		{names: []string{"exporter", "exporter_ip"}}, {names: []string{"if_index", "ifindex", "index"}},
		{names: []string{"if_name", "ifname", "name"}, optional: true},
		{names: []string{"speed_bps", "speed", "ifspeed"}, optional: true},
	}
	err = readTable(l, first, columns, func(t *table) error {
		i, err := parseInterface(t.cell(0), t.cell(1), t.cell(3))
		if err != nil {
			return err
		}
		if i.Name = t.cell(2); i.Name == "" && i.Speed == 0 {
			return errNothingSaid
		}
		add(i)
		return nil
	})
	return report, err
}

func parseInterface(exporter, index, speed string) (Interface, error) {
	var i Interface
	if exporter != "" && exporter != "*" {
		a, err := netip.ParseAddr(exporter)
		if err != nil || a.Zone() != "" {
			return i, fmt.Errorf("got %q, want the address of an exporter, or * for every one", exporter)
		}
		i.Exporter = a.Unmap()
	}
	number, err := strconv.ParseUint(index, 10, 32)
	if err != nil {
		return i, fmt.Errorf("got %q, want an ifIndex", index)
	}
	i.Index = uint32(number)
	if speed != "" {
		i.Speed, err = parseSpeed(speed)
	}
	return i, err
}

// parseSpeed reads a number of bit/s, with K, M, G or T for the powers of 1,000.
func parseSpeed(text string) (uint64, error) {
	digits, factor := text, uint64(1)
	switch text[len(text)-1] {
	case 'k', 'K':
		factor = 1e3
	case 'm', 'M':
		factor = 1e6
	case 'g', 'G':
		factor = 1e9
	case 't', 'T':
		factor = 1e12
	}
	if factor > 1 {
		digits = text[:len(text)-1]
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("got %q, want a speed in bit/s", text)
	}
	return n * factor, nil
}
