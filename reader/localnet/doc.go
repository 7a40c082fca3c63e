// Package localnet tells from the addresses of a packet which way it went: into a set of
// local networks, out of it, inside, or past it (docs/metering.md section 1).
package localnet
