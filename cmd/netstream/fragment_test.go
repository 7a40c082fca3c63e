package main

import (
	"encoding/binary"
	"slices"
	"testing"
)

// Trap 4: the fragments of a datagram are of one flow, in whatever order they come;
// or of two if they are to be kept apart.
func TestTrap4Fragments(t *testing.T) {
	for name, c := range map[string]struct {
		packets int
		whole   []string
		apart   []string
	}{
		"ipv4-fragments.pcap": {3, []string{"3 168 forced_end"}, []string{"1 68 forced_end", "2 100 forced_end"}},
		"ipv6-fragments.pcap": {2, []string{"2 116 forced_end"}, []string{"1 64 forced_end", "1 52 forced_end"}},
	} {
		mustEnd(t, c.whole, fixturePath(name))
		mustEnd(t, c.apart, "--fragments", "apart", fixturePath(name))
		content := readFile(t, captures, name)
		reversed := reversedRecords(t, content, c.packets)
		mustEnd(t, c.whole, saved(t, "reversed.pcap", reversed))
	}
}

// reversedRecords gives a pcap file with the frames in reverse order, but the time
// stamps in order.
func reversedRecords(t *testing.T, file string, packets int) []byte {
	t.Helper()
	const fileHeader, recordHeader, lengthAt = 24, 16, 8
	var times, frames [][]byte
	for at := fileHeader; at < len(file); {
		end := at + recordHeader + int(binary.LittleEndian.Uint32([]byte(file[at+lengthAt:])))
		times = append(times, []byte(file[at:at+lengthAt]))
		frames = append(frames, []byte(file[at+lengthAt:end]))
		at = end
	}
	if len(frames) != packets {
		t.Fatalf("%d frames, want %d", len(frames), packets)
	}
	slices.Reverse(frames)
	all := []byte(file[:fileHeader])
	for i := range frames {
		all = append(append(all, times[i]...), frames[i]...)
	}
	return all
}
