// Package tally adds up numbers by key, of any number of keys: what does not fit into
// memory is sorted on disk. Keys are octets that compare as the rows of tables do, and
// come out in that order, so that nothing depends on the order in which they came.
package tally
