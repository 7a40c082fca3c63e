package input

import (
	"os"

	"golang.org/x/sys/unix"
)

// adviseSequential asks for a larger kernel read-ahead. It is advice: whether
// the system follows it changes nothing but speed.
func adviseSequential(f *os.File) {
	connection, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = connection.Control(func(fd uintptr) {
		_ = unix.Fadvise(int(fd), 0, 0, unix.FADV_SEQUENTIAL)
	})
}
