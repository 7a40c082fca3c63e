package outdir

import "golang.org/x/sys/unix"

// isMountPoint reports whether a file system is mounted at a directory: no rename
// can take its place, which is better known before the run than after it. Kernels
// before 5.8 do not tell.
func (s *filesystem) isMountPoint(name string) bool {
	parent, err := s.parent.Open(".")
	if err != nil {
		return false // whatever is wrong shows in what is done next
	}
	defer func() { _ = parent.Close() }() // was only read
	var stat unix.Statx_t
	err = onDescriptor(parent, func(fd int) error {
		return unix.Statx(fd, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, 0, &stat)
	})
	return err == nil && stat.Attributes&stat.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0
}
