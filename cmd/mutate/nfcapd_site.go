package main

import "encoding/binary"

// Lengths of nfcapd files in octets (nffile.h of nfdump 1.6, nffileV2.h of 1.7).
const (
	nfcapdHeader1     = 140 + 136 // with the statistics
	nfcapdHeader2     = 40
	nfcapdBlockHeader = 12
)

// surveyNfcapd finds blocks as records, and numbers and pieces of uncompressed
// ones.
func (o *original) surveyNfcapd() {
	if len(o.content) < nfcapdHeader2 {
		return
	}
	add := func(at, width int, r role) site {
		found := site{at: at, width: width, little: true, role: r}
		o.sites = append(o.sites, found)
		return found
	}
	add(0, 2, versionRole)
	add(2, 2, versionRole)
	at, compressed := nfcapdHeader2, o.content[16] != 0
	if o.content[2] == 1 {
		at, compressed = nfcapdHeader1, o.content[4]&^2 != 0
		add(4, 4, setRole)
		add(8, 4, countRole)
	} else {
		add(4, 4, domainRole)
		add(8, 8, clockRole)
		add(16, 1, setRole)
		add(17, 1, setRole)
		add(18, 2, countRole)
		add(24, 8, lengthRole)
		add(36, 4, countRole)
	}
	for at+nfcapdBlockHeader <= len(o.content) {
		count, size := add(at, 4, countRole), add(at+4, 4, lengthRole)
		add(at+8, 2, setRole)
		add(at+10, 2, setRole)
		body := at + nfcapdBlockHeader
		end := body + int(size.read(o.content))
		if end > len(o.content) {
			return
		}
		o.records = append(o.records, span{at, end})
		o.frames = append(o.frames, span{body, end})
		if !compressed {
			o.surveyBlock(body, end, size, count)
		}
		at = end
	}
}

// surveyBlock finds the records of a block, and the elements of layout 2.
func (o *original) surveyBlock(at, end int, size, count site) {
	const flowRecord2, flowHeader2 = 11, 12
	for at+4 <= end {
		kind := binary.LittleEndian.Uint16(o.content[at:])
		length := site{at: at + 2, width: 2, little: true, role: lengthRole}
		next := at + int(length.read(o.content))
		if next < at+4 || next > end {
			return
		}
		o.sites = append(o.sites, length, site{at: at, width: 2, little: true, role: setRole})
		o.pieces = append(o.pieces, piece{span: span{at, next}, inner: []site{length}, lengths: []site{size}, counts: []site{count}})
		if kind == flowRecord2 && o.content[2] == 2 && at+flowHeader2 <= next {
			elements := site{at: at + 4, width: 2, little: true, role: fieldCountRole}
			o.sites = append(o.sites, elements)
			o.surveyElements(at+flowHeader2, next, []site{length, size}, elements)
		}
		at = next
	}
}

func (o *original) surveyElements(at, end int, lengths []site, count site) {
	for at+4 <= end {
		length := site{at: at + 2, width: 2, little: true, role: fieldLengthRole}
		next := at + int(length.read(o.content))
		if next < at+4 || next > end {
			return
		}
		o.sites = append(o.sites, length, site{at: at, width: 2, little: true, role: elementRole})
		o.pieces = append(o.pieces, piece{span: span{at, next}, inner: []site{length}, lengths: lengths, counts: []site{count}})
		at = next
	}
}
