package netflow

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// lyingMessage is a message with a length that is not so.
type lyingMessage struct {
	name    string
	message []byte
	refused bool // as a whole; otherwise what is sound of it is read
}

// put gives a message with other octets at a place, in network order.
func put(message []byte, at int, value uint16) []byte {
	other := append([]byte(nil), message...)
	binary.BigEndian.PutUint16(other[at:], value)
	return other
}

// lyingMessages are messages whose lengths and counts lie, of all versions.
func lyingMessages() []lyingMessage {
	var list []lyingMessage
	add := func(refused bool, message []byte, format string, args ...any) {
		list = append(list, lyingMessage{fmt.Sprintf(format, args...), message, refused})
	}
	definition := definitionOf(256, spec{number: 8, length: 4}, spec{number: 1, length: 4})
	record := cat(ip("192.0.2.1"), u32(40))
	ipfix := messageIPFIX(1, setOf(2, definition), setOf(256, record, record))
	for _, length := range []int{0, 1, 4, 15, len(ipfix) + 1, 65535} { // of the message
		add(true, put(ipfix, 2, uint16(length)), "IPFIX message of %d says %d", len(ipfix), length)
	}
	sets := []struct {
		name string
		set  []byte
	}{
		{"templates", setOf(2, definition)},
		{"option templates", setOf(3, optionsIPFIX(257, spec{number: 149, length: 4}, spec{number: 34, length: 4}))},
		{"data", setOf(256, record)},
		{"reserved", setOf(9, record)},
	}
	for _, s := range sets {
		for _, length := range []int{0, 1, 2, 3, len(s.set) + 1, len(s.set) + 8, 65535} { // of the set
			add(true, messageIPFIX(1, setOf(2, definition), put(s.set, 2, uint16(length))), "IPFIX set of %s of %d says %d", s.name, len(s.set), length)
		}
	}
	sets[0].set, sets[1].set = setOf(0, definition), setOf(1, options9(257, spec{number: 1, length: 4}, spec{number: 34, length: 4}))
	for _, s := range sets {
		for _, length := range []int{1, 2, 3, len(s.set) + 1, len(s.set) + 8, 65535} {
			add(true, message9(1, 2, setOf(0, definition), put(s.set, 2, uint16(length))), "version 9 set of %s of %d says %d", s.name, len(s.set), length)
		}
	}
	variable := setOf(2, definitionOf(256, spec{number: 96, length: 65535}))
	for _, body := range [][]byte{{1}, {5, 'a', 'b'}, {254}, {255}, {255, 0}, {255, 0, 9, 'a'}, {255, 255, 255, 'a'}} { // of a value
		add(true, messageIPFIX(1, variable, setOf(256, body)), "value % x", body)
	}
	one := record5("192.0.2.1", "192.0.2.2", 1, 40, 1, 1, 6)
	for _, count := range []uint16{2, 31, 65535} { // of records
		add(false, put(message5(0, one), 2, count), "version 5 of 1 record says %d", count)
	}
	return list
}

// TestLyingLengths: a message whose lengths lie is refused as a whole: it gives no rows,
// and no template of it is applied. Of a fixed format, whose count alone lies, the records
// that are there are read. The next message is read as if it were not there.
func TestLyingLengths(t *testing.T) {
	list := lyingMessages()
	for _, m := range list {
		t.Run(m.name, func(t *testing.T) {
			d := NewDecoder(Options{})
			d.Rewind()
			err := d.Begin(Origin{}, 0, false, m.message)
			var failure *Error
			if refused := errors.As(err, &failure); refused != m.refused || err != nil && !refused {
				t.Fatalf("got %v, want refused %v", err, m.refused)
			}
			if rows := drain(d); m.refused != (len(rows) == 0) {
				t.Errorf("%d rows of it", len(rows))
			}
			rows, s := readAll(t, d, Origin{}, messageIPFIX(1, setOf(256, make([]byte, 8))), message5(0, record5("192.0.2.1", "192.0.2.2", 1, 40, 1, 1, 6)))
			if len(rows) != 1 || m.refused && s[0].UndecodableSets != 1 {
				t.Errorf("%d rows behind it, %+v", len(rows), s[0])
			}
		})
	}
	t.Logf("assertion N3: %d fixtures", len(list))
}
