// Package carry is what a run hands over to the next one, so that several runs give the
// rows that one run over all their inputs would give (docs/nightly.md): open flows,
// interval slices and accounting groups of intervals that may still grow, and what is
// counted through all runs. It knows the layout, and nothing of files.
//
// The octets are a function of what is handed over: numbers that only one run of the
// program knows, of observation points and names, are replaced by numbers that follow
// the order of rows.
package carry
