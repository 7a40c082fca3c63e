package capture

import (
	"fmt"

	"netstream/reader/damage"
)

// Types of pcapng blocks (draft-ietf-opsawg-pcapng, section 11.1).
const (
	blockInterface      = 0x00000001
	blockPacket         = 0x00000002
	blockSimplePacket   = 0x00000003
	blockNameResolution = 0x00000004
	blockStatistics     = 0x00000005
	blockEnhancedPacket = 0x00000006
	blockJournal        = 0x00000009
	blockSecrets        = 0x0000000a
	blockCustom         = 0x00000bad
	blockCustomPrivate  = 0x40000bad
	blockSection        = magicSection
)

const (
	minBlockLength   = 12 // type, length, length
	minSectionLength = 28
)

// nextBlock reads blocks up to and including the next frame.
func (r *Reader) nextBlock(f *Frame) error {
	for {
		block, offset, err := r.takeBlock()
		if err != nil {
			return err
		}
		kind := r.uint32(block)
		if r.skipSection && kind != blockSection {
			r.tally.Octets.Damaged += int64(len(block))
			continue
		}
		delivered := false
		switch kind {
		case blockEnhancedPacket:
			r.tally.Blocks.EnhancedPacket++
			delivered, err = r.packetBlock(f, block, offset, r.uint32(block[8:]))
		case blockPacket:
			r.tally.Blocks.Packet++
			delivered, err = r.packetBlock(f, block, offset, uint32(r.uint16(block[8:])))
		case blockSimplePacket:
			r.tally.Blocks.SimplePacket++
			delivered, err = r.simplePacketBlock(f, block, offset)
		case blockSection:
			err = r.sectionBlock(block, offset)
		case blockInterface:
			err = r.interfaceBlock(block, offset)
		case blockStatistics:
			err = r.statisticsBlock(block, offset)
		default:
			r.skipBlock(kind, int64(len(block)))
		}
		if delivered || err != nil {
			return err
		}
	}
}

// takeBlock consumes one whole block whose two lengths agree. Any failure of it
// is final: without a length that can be relied on there is no next block.
func (r *Reader) takeBlock() (block []byte, offset int64, err error) {
	if r.end-r.pos < minBlockLength && !r.fill(minBlockLength) {
		return nil, 0, r.ended("pcapng block header", minBlockLength)
	}
	head := r.buf[r.pos : r.pos+minBlockLength]
	kind := r.uint32(head)
	limit := uint32(MaxBlockLength)
	if kind == blockSection {
		bigEndian, ok := sectionOrder(head[8:])
		if !ok {
			return nil, 0, r.abandon(damage.BadBlock, r.offset(),
				fmt.Sprintf("byte-order magic % x of a section header block, want 1a 2b 3c 4d or the reverse", head[8:12]))
		}
		r.bigEndian, limit = bigEndian, MaxSectionHeaderLength
	}
	length := r.uint32(head[4:8])
	if length < minBlockLength || length > limit || length%4 != 0 {
		return nil, 0, r.abandon(damage.BadLength, r.offset(),
			fmt.Sprintf("length %d of a block of type 0x%08x, want a multiple of 4 from %d to %d", length, kind, minBlockLength, limit))
	}
	if r.end-r.pos < int(length) && !r.fill(int(length)) {
		return nil, 0, r.ended(fmt.Sprintf("pcapng block of type 0x%08x", kind), int(length))
	}
	block = r.buf[r.pos : r.pos+int(length) : r.pos+int(length)]
	if trailer := r.uint32(block[length-4:]); trailer != length {
		return nil, 0, r.abandon(damage.BadBlock, r.offset(),
			fmt.Sprintf("block of type 0x%08x has length %d at its head and %d at its end", kind, length, trailer))
	}
	offset = r.offset()
	r.pos += int(length)
	return block, offset, nil
}

// sectionBlock begins a section (draft-ietf-opsawg-pcapng, section 4.1). Its byte
// order is set already. The section length is not used: blocks tell where the
// next section begins.
func (r *Reader) sectionBlock(block []byte, offset int64) error {
	r.tally.Blocks.Section++
	r.tally.Sections++
	r.sectionBase = len(r.interfaces)
	r.skipSection = false
	if len(block) < minSectionLength {
		r.skipSection = true
		r.tally.Octets.Damaged += int64(len(block))
		return r.report(damage.BadBlock, offset, int64(len(block)),
			fmt.Sprintf("section header block of %d octets, want at least %d; the section is skipped", len(block), minSectionLength))
	}
	r.tally.Octets.Header += int64(len(block))
	switch major, minor := r.uint16(block[12:]), r.uint16(block[14:]); {
	case major != 1:
		r.skipSection = true
		return r.report(damage.BadBlock, offset, 0,
			fmt.Sprintf("pcapng version %d.%d, want 1.0; the section is skipped", major, minor))
	case minor != 0 && minor != 2: // 1.2 is 1.0 written by mistake, and libpcap reads it so
		return r.report(damage.BadBlock, offset, 0, fmt.Sprintf("pcapng version 1.%d, read as 1.0", minor))
	}
	return nil
}

// skipBlock accounts for a block that holds no frame.
func (r *Reader) skipBlock(kind uint32, length int64) {
	switch kind {
	case blockNameResolution:
		r.tally.Blocks.NameResolution++
	case blockJournal:
		r.tally.Blocks.Journal++
	case blockSecrets:
		r.tally.Blocks.Secrets++
	case blockCustom, blockCustomPrivate:
		r.tally.Blocks.Custom++
		r.tally.Octets.Unknown += length
		return
	default:
		r.tally.countUnknown(kind)
		r.tally.Octets.Unknown += length
		return
	}
	r.tally.Octets.Known += length
}
