// Package runs sorts rows that do not fit into memory: it keeps a bounded number
// of them, writes them out as sorted runs when they are full, merges runs when
// too many files are open, and the rest at the end. The order is total, so the
// merged rows do not depend on how they were spread over runs or sorters.
package runs
