// Package engine runs the metering process over whole inputs: it merges the
// packets of all inputs in the order of their clocks, spreads them over shards by
// the hash of their keys, keeps each shard's open flows in a table, and gives
// flow records and interval records in the total order of the tables.
//
// Shards share nothing. Which shard a key falls into, how many there are and
// when a silent flow is closed does not change any row, because a row is a
// function of its own key's packets (package meter) and rows are sorted at the
// end.
//
// Flow records that exporters have metered take a shorter way: they are spread
// over intervals (package distribute) and sorted among the metered ones, those of
// running totals, and all if they are to be joined, after package report.
package engine
