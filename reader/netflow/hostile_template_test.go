package netflow

import "testing"

// N1: templates whose records have no octets, or no more than a length that is 0, make no more rows than
// the data have octets, whatever the version, and all octets of the data are accounted.
func TestN1RecordsOfNothing(t *testing.T) {
	const octets, padding = 1000, 3 // zeros at the end of a set
	data := make([]byte, octets)
	variable := spec{number: 96, length: 65535}
	for _, test := range []struct {
		name     string
		messages [][]byte
		records  bool // each octet is one
	}{
		{"no fields, IPFIX", [][]byte{messageIPFIX(1, setOf(2, definitionOf(256))), messageIPFIX(1, setOf(256, data))}, false},
		{"no fields, version 9", [][]byte{message9(1, 1, setOf(0, definitionOf(256))), message9(1, 1, setOf(256, data))}, false},
		{"a field of length 0, IPFIX", [][]byte{messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 8}))), messageIPFIX(1, setOf(256, data))}, false},
		{"a field of length 0, version 9", [][]byte{message9(1, 1, setOf(0, definitionOf(256, spec{number: 8}))), message9(1, 1, setOf(256, data))}, false},
		{"options of length 0", [][]byte{messageIPFIX(1, setOf(3, optionsIPFIX(256, spec{number: 10}, spec{number: 82}))), messageIPFIX(1, setOf(256, data))}, false},
		{"65,535 fields", [][]byte{messageIPFIX(1, setOf(2, u16(256), u16(65535), u32(0x00080004))), messageIPFIX(1, setOf(256, data))}, false},
		{"variable length, all 0", [][]byte{messageIPFIX(1, setOf(2, definitionOf(256, variable))), messageIPFIX(1, setOf(256, data))}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, s := decode(t, Options{}, test.messages...)
			records, undecodable := uint64(0), uint64(0)
			for _, one := range s {
				records += one.DataRecords
				undecodable += one.UndecodableOctets
			}
			switch {
			case len(rows) > octets:
				t.Errorf("%d rows of %d octets", len(rows), octets)
			case test.records && (records != octets-padding || undecodable != 0):
				t.Errorf("%d records and %d octets that cannot be decoded, want %d and none", records, undecodable, octets-padding)
			case !test.records && (records != 0 || undecodable != octets):
				t.Errorf("%d records and %d octets that cannot be decoded, want none and %d", records, undecodable, octets)
			}
		})
	}
}
