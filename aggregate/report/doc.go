// Package report makes flows of the successive reports that an exporter gives of
// one flow: running totals become what came since the report before, and records
// that only the exporter's active timeout has cut are joined.
//
// It sees the reports of each flow one behind the other; who brings them into that
// order is package engine.
package report
