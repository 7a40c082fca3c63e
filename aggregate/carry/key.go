package carry

import "netstream/aggregate/flow"

// WriteKey encodes a flow key, whose observation point is given as the section numbers
// it.
func (c *Coder) WriteKey(k flow.Key, point uint32) {
	c.key(&k)
	Number(c, &point)
}

// ReadKey decodes a flow key. point is the number of its observation point in the
// section.
func (c *Coder) ReadKey(k *flow.Key) (point uint32) {
	c.key(k)
	Number(c, &point)
	return point
}
