//go:build !linux

package input

import "os"

func adviseSequential(*os.File) {}
