//go:build !unix

package readback

const withoutWaiting = 0
