// Package sample chooses packets as the samplers of routers do: one of every N, or
// one in each span of time, at a fixed place or at random (docs/metering.md, section
// Selection). Random choices are a function of the seed, the observation point, the
// direction and the number of the group, by a generator that is defined here, so
// that every machine and every version of Go makes the same ones.
//
// The package knows nothing but times: whose packets they are and where they wait is
// the caller's.
package sample
