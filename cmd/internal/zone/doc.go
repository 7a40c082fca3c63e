// Package zone has the time zones of the IANA time zone database, at one version that
// is part of the program. The zones of the machine, which are of whatever version was
// installed there, have no say, so that intervals of local days are the same everywhere.
// (The library's time/tzdata would not do: time.LoadLocation takes the machine's database
// where there is one, and the embedded one only where there is none.)
//
// The database is in the public domain. zoneinfo.zip is the file lib/time/zoneinfo.zip
// of the Go distribution: one stored file in TZif format (RFC 9636) for each name.
package zone
