package reader

import (
	"io"

	"netstream/aggregate/flow"
)

// framesAtATime is how many frames are read between two looks for packets whose
// turn has come.
const framesAtATime = 256

// mostVain is how often readPlain may read less than hardlyAny frames before the rest of these frames is read without it: a
// file in which every packet that is metered is odd would be tried once a packet.
const (
	mostVain  = 8
	hardlyAny = 3
)

// ReadPackets gives the next packets in order, as many as room has space for or fewer.
// They are in room, or, where it is as long as Options.Room says, in memory of the same
// length that the caller has in place of room from then on, which saves a copy of
// each packet. It gives at least one or an error; io.EOF is the end of the input, be it
// whole or damaged: see Account. room must have space for two packets with LayerBoth.
func (p *Packets) ReadPackets(room []flow.Packet) ([]flow.Packet, error) {
	exchanges := len(room) == p.options.room() && p.options.Layer != LayerBoth
	n := 0
	for {
		if n == 0 && exchanges {
			if packets, marks := p.orderer.Exchange(room); len(packets) > 0 {
				if marks&finishedMarks != 0 || p.keys != nil {
					p.finishPackets(packets)
				}
				return packets, nil
			}
		}
		if !exchanges || !p.orderer.Even() {
			n += p.leave(room[n:])
		}
		switch {
		case n == len(room),
			n > 0 && exchanges && p.orderer.Even(),
			n > 0 && p.options.Layer == LayerBoth && n >= len(room)/2: // more may have their turn, before which nothing is to be read
			return room[:n], nil
		}
		if p.ended {
			break
		}
		if err := p.readSome(); err != nil {
			return nil, err
		}
	}
	if n == 0 {
		p.finish()
		if p.failed != nil {
			return nil, p.failed
		}
		return nil, io.EOF
	}
	return room[:n], nil
}

// readSome reads framesAtATime frames or more, or up to the end.
func (p *Packets) readSome() error {
	vain := 0 // how often readPlain read hardly any
	for n := 0; n < framesAtATime && !p.ended; n++ {
		if p.plain && vain < mostVain {
			read := p.readPlain(framesAtATime - n)
			if n += read; n == framesAtATime {
				break
			}
			if read < hardlyAny {
				vain++
			}
		}
		if err := p.read(); err != nil {
			return err
		}
	}
	return nil
}

// leave fills dst from its start with the packets whose turn has come.
func (p *Packets) leave(dst []flow.Packet) int {
	if p.options.Layer == LayerBoth {
		return p.leaveBoth(dst)
	}
	n := p.orderer.Take(dst)
	p.finishPackets(dst[:n])
	return n
}

// finishedMarks are the marks of packets that finishPackets has something to do with.
const finishedMarks = flow.MarkLate | flow.MarkLaterFragment

// finishPackets finishes packets that leave: only now is known which were late, and
// what the first fragment of a datagram was.
func (p *Packets) finishPackets(packets []flow.Packet) {
	for i := range packets {
		packet := &packets[i]
		if packet.Meta.Marks&finishedMarks == 0 && p.keys == nil {
			continue
		}
		if packet.Meta.Marks&flow.MarkLate != 0 {
			p.account.Notes[NoteLate].addPacket(packet)
		}
		p.finishKey(packet)
	}
}

// finishKey gives a packet that leaves its flow key.
func (p *Packets) finishKey(packet *flow.Packet) {
	before := packet.Hash
	named := p.firsts != nil && packet.Meta.Marks&flow.MarkLaterFragment != 0 && p.joinFragment(packet)
	if p.keys != nil {
		if !named {
			p.keys.finish(packet)
			packet.Hash = p.options.Hasher.Hash(&packet.Key)
		}
		p.account.Imprint.AddPacket(packet)
	} else if named {
		p.account.Imprint.Move(packet, before)
	}
}
