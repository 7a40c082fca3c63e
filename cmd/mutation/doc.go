// Command mutation tests tests: it changes the source of packages in one place at a time, in a copy that only the
// compiler sees (go test -overlay), and runs their tests. A change that no test notices is a hole in the tests, or
// changes nothing that can be seen; those of the latter kind are in a list, each with its reason.
//
//	mutation [flags] DIR[=TEST,...]...
//
// Each comparison is replaced by its neighbour and its opposite, each arithmetic and bit operator by another one, "and" by
// "or"; conditions are denied; statements but declarations are left out. Changes that do not compile count for nothing.
//
// The tests of a package are those in its own directory and, for what they let pass, those of other packages that are
// named behind it, as PACKAGE:REGEXP. It ends with exit code 1 if less than the wanted share of all
// mutants is noticed.
package main
