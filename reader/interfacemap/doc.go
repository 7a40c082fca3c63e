// Package interfacemap says which index (SNMP ifIndex) a device gives to the interface
// that a capture was taken at, since captures know names at most (docs/metering.md
// section 1).
package interfacemap
