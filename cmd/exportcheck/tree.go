package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// node is a value of a JSON document with its name. Unlike a Go map it keeps the
// order of the members and members of the same name, both of which tshark needs.
type node struct {
	name    string
	text    string // of a string, number or boolean; "" for null
	members []node // of an object or array; those of an array have no name
}

// maxDepth is far more than the deepest reference has.
const maxDepth = 64

// readTree reads one JSON value; io.EOF if there is none.
func readTree(d *json.Decoder) (node, error) {
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return node{}, err
	}
	return readValue(d, token, maxDepth)
}

func readValue(d *json.Decoder, token json.Token, depth int) (node, error) {
	var n node
	switch v := token.(type) {
	case json.Delim:
		if depth == 0 {
			return n, fmt.Errorf("cannot read nested values: got more than %d levels", maxDepth)
		}
		return readMembers(d, v == '{', depth-1)
	case nil:
	default:
		n.text = fmt.Sprint(v)
	}
	return n, nil
}

func readMembers(d *json.Decoder, named bool, depth int) (node, error) {
	var n node
	for d.More() {
		name := ""
		token, err := d.Token()
		if err == nil && named {
			name = fmt.Sprint(token)
			token, err = d.Token()
		}
		if err != nil {
			return n, noEnd(err)
		}
		member, err := readValue(d, token, depth)
		if err != nil {
			return n, noEnd(err)
		}
		member.name = name
		n.members = append(n.members, member)
	}
	_, err := d.Token() // the closing bracket
	return n, noEnd(err)
}

// noEnd keeps an end in the middle of a value from being taken for the end of the
// document.
func noEnd(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// get gives the first member of a name, an empty node if there is none.
func (n *node) get(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i]
		}
	}
	return &node{}
}

// has tells whether there is a member of that name.
func (n *node) has(name string) bool { return n.get(name).name != "" }

// value gives the text of the first member of a name.
func (n *node) value(name string) string { return n.get(name).text }

// under gives the members whose name begins with a prefix.
func (n *node) under(prefix string) []node {
	var found []node
	for _, m := range n.members {
		if strings.HasPrefix(m.name, prefix) {
			found = append(found, m)
		}
	}
	return found
}

// leaves gives all members without members of their own, at any depth, in order.
func (n *node) leaves() []node {
	var found []node
	for i := range n.members {
		if m := &n.members[i]; m.members == nil {
			found = append(found, *m)
		} else {
			found = append(found, m.leaves()...)
		}
	}
	return found
}
