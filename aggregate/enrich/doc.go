// Package enrich adds what reference data say to flows: autonomous systems, labels and
// countries by the longest matching prefix of an address, names of interfaces, services
// and classes of service. docs/enrichment.md has the rules.
//
// A [Builder] takes entries in any order and makes [Data] of them, which do not change
// any more. A [Resolver] asks them for one goroutine. The results are functions of the
// flow and the entries, not of their order: where entries contradict each other the
// least one counts.
package enrich
