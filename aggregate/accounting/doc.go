// Package accounting sums flows by accounting schemes (docs/accounting.md): flows that
// agree in the columns of a scheme are one row of its table in each interval.
//
// What is summed are rows of the interval table, for flows that this program meters,
// and the shares of each exported record, since rows of the interval table do not have
// all that an exporter tells. Both meet in one sorter for each scheme. Groups are told
// by their keys as octets, which compare as the rows of the table do; sums do not
// depend on the order in which they are added. So the tables are the same however
// flows come, and memory is bounded: what does not fit goes to sorted runs.
package accounting
