package main

import "fmt"

// diskNeed is the most octets that a run is going to take of a disk, as far as that can be
// guessed before it is read: as many as its inputs have as they are stored, which is what tables
// of packets in flows of their own come to, and as many once more for rows in temporary
// files, where the inputs are larger than the memory.
func diskNeed(stored, memory int64) int64 {
	if stored > memory {
		return 2 * stored
	}
	return stored
}

// leastNeed is what is not worth a question.
const leastNeed = 64 << 20

// checkDisk says how much disk a run may take of the folder that it writes into, and warns
// if it does not have that. It is a guess from above, so the run goes on: should the disk be
// full in the end, nothing is committed.
func (j *job) checkDisk(folder string, free func(folder string) (uint64, error)) {
	need := diskNeed(j.inputs.stored, int64(j.options.memory))
	if need < leastNeed || j.options.write == "-" {
		return
	}
	left, err := free(folder)
	if err != nil {
		return // the file system does not tell
	}
	if left < uint64(need) {
		j.console.warn("the run may need up to %s in %s, which has %s left: if they are not enough, it ends with exit code %d and no output",
			size(need), j.options.write, size(int64(min(left, 1<<62))), exitOutput)
		return
	}
	if j.options.verbose && !j.options.quiet && !j.console.log.structured() {
		fmt.Fprintf(j.console.err, "the run needs at most about %s in %s, which has %s left\n", size(need), printable(j.options.write), size(int64(min(left, 1<<62))))
	}
}
