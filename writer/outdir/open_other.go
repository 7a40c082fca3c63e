//go:build !unix

package outdir

const withoutWaiting = 0
