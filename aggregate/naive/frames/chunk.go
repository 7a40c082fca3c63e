package frames

// chunk is a part of a frame, from an octet of it on.
type chunk struct {
	octets   []byte // as far as captured
	original uint64 // how many octets the frame had from there on
}

// from gives the chunk without its first n octets, of which fewer may be there.
func (c chunk) from(n int) chunk {
	return chunk{c.octets[min(n, len(c.octets)):], c.original - min(uint64(n), c.original)}
}
