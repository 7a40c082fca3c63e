//go:build !linux

package outdir

// isMountPoint is known on Linux only; elsewhere Commit fails.
func (s *filesystem) isMountPoint(string) bool { return false }
