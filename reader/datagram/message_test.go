package datagram_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"netstream/reader/damage"
	"netstream/reader/datagram"
)

var errNoMessage = errors.New("no message header")

// measure knows what the tests need of versions 5, 9 and 10.
func measure(prefix []byte) (n int, whole bool, err error) {
	if len(prefix) < 4 {
		if len(prefix) >= 1 && prefix[0] != 0 || len(prefix) >= 2 && prefix[1] != 5 && prefix[1] != 9 && prefix[1] != 10 {
			return 0, false, errNoMessage
		}
		return 4, false, nil
	}
	second := int(binary.BigEndian.Uint16(prefix[2:]))
	switch binary.BigEndian.Uint16(prefix) {
	case 5:
		n = 24 + 48*second
		if second == 0 || n > 65535 {
			return 0, false, errNoMessage
		}
		return n, n <= len(prefix), nil
	case 9:
		return measureSets(prefix)
	case 10:
		if second < 16 {
			return 0, false, errNoMessage
		}
		return second, second <= len(prefix), nil
	}
	return 0, false, errNoMessage
}

// measureSets walks over the FlowSets of a message of version 9.
func measureSets(b []byte) (n int, whole bool, err error) {
	for n = 20; len(b) >= n+4; {
		id, length := binary.BigEndian.Uint16(b[n:]), int(binary.BigEndian.Uint16(b[n+2:]))
		switch {
		case n > 20 && (id == 5 || id == 9 || id == 10):
			return n, true, nil
		case id > 1 && id < 256 || length < 4:
			return 0, false, errNoMessage
		}
		n += length
	}
	if n < len(b) {
		n += 4
	}
	return n, false, nil
}

// fill makes octets that are no message header at any place.
func fill(b []byte, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		b[i] = byte(random.UintN(200)) + 20
	}
}

// version5 makes a message of version 5 with the given number of records.
func version5(records int, seed uint64) []byte {
	b := make([]byte, 24+48*records)
	fill(b, seed)
	binary.BigEndian.PutUint16(b, 5)
	binary.BigEndian.PutUint16(b[2:], uint16(records))
	return b
}

// version9 makes a message of version 9 with data sets of the given lengths.
func version9(seed uint64, lengths ...int) []byte {
	b := make([]byte, 20)
	fill(b, seed)
	binary.BigEndian.PutUint16(b, 9)
	for i, n := range lengths {
		set := make([]byte, n)
		fill(set, seed+uint64(i))
		binary.BigEndian.PutUint16(set, 300)
		binary.BigEndian.PutUint16(set[2:], uint16(n))
		b = append(b, set...)
	}
	return b
}

// ipfix makes a message of IPFIX with one data set, of at least 20 octets.
func ipfix(length int, seed uint64) []byte {
	b := make([]byte, length)
	fill(b, seed)
	binary.BigEndian.PutUint16(b, 10)
	binary.BigEndian.PutUint16(b[2:], uint16(length))
	binary.BigEndian.PutUint16(b[16:], 256)
	binary.BigEndian.PutUint16(b[18:], uint16(length-16))
	return b
}

// randomMessages makes messages of all versions.
func randomMessages(random *rand.Rand, count int) [][]byte {
	var list [][]byte
	for range count {
		seed := random.Uint64()
		switch random.IntN(3) {
		case 0:
			list = append(list, version5(1+random.IntN(30), seed))
		case 1:
			list = append(list, version9(seed, 4+random.IntN(700), 4+random.IntN(700)))
		default:
			list = append(list, ipfix(20+random.IntN(1400), seed))
		}
	}
	return list
}

// randomIPFIX makes messages of IPFIX, some of them long.
func randomIPFIX(random *rand.Rand, count int) [][]byte {
	var list [][]byte
	for range count {
		length := 20 + random.IntN(1400)
		if random.IntN(8) == 0 {
			length = 20 + random.IntN(64981) // what fits into a datagram, with room for the headers
		}
		list = append(list, ipfix(length, random.Uint64()))
	}
	return list
}

// reader is what Raw and Packets have in common.
type reader interface {
	Next(*datagram.Message) error
}

// readAll reads to the end and gives copies of the messages and the damages. It
// checks what holds of every message.
func readAll(t testing.TB, r reader) (messages []datagram.Message, damages []damage.Error) {
	t.Helper()
	var m datagram.Message
	for {
		err := r.Next(&m)
		var found *damage.Error
		switch {
		case err == io.EOF:
			return messages, damages
		case errors.As(err, &found):
			damages = append(damages, *found)
			continue
		case err != nil:
			t.Fatal(err)
		}
		if m.Number != uint64(len(messages))+1 {
			t.Errorf("message number %d, want %d", m.Number, len(messages)+1)
		}
		kept := m
		kept.Data = bytes.Clone(m.Data)
		messages = append(messages, kept)
	}
}

// contents gives the octets of messages.
func contents(messages []datagram.Message) [][]byte {
	var all [][]byte
	for _, m := range messages {
		all = append(all, m.Data)
	}
	return all
}

// differ says where two lists of messages differ, "" if they do not.
func differ(got, want [][]byte) string {
	for i := range min(len(got), len(want)) {
		if !bytes.Equal(got[i], want[i]) {
			return fmt.Sprintf("message %d of %d: got %d octets %.24x…, want %d octets %.24x…",
				i+1, len(want), len(got[i]), got[i], len(want[i]), want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("got %d messages, want %d", len(got), len(want))
	}
	return ""
}
