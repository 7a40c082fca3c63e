// Package outdir builds the output directory of a run so that it is complete or
// absent: whatever happens on the way, a full disk, an error of the device, a
// signal, a lost power supply, the final name holds nothing, or what it held
// before, or the whole new set of files.
//
// For the output directory OUT in the directory PARENT there may be, beside it,
//
//	PARENT/.OUT.netstream-lock      held (flock) while a run is writing OUT
//	PARENT/.OUT.netstream-partial/  the files so far, of this run or a dead one
//	PARENT/.OUT.netstream-old/      the output being replaced, see [Options]
//
// The steps are: take the lock; remove what a dead run left; make the partial
// directory; write the files into it, each flushed, fsynced and closed; fsync
// the directories; rename the partial directory to OUT, which is the single
// moment of commitment; fsync PARENT; remove the lock.
//
// Directories have mode 0700 and files 0600 whatever the umask is: flow records
// are personal data. Names within the directory are of a fixed alphabet and are
// opened through os.Root, with O_EXCL: nothing planted there is followed or
// overwritten.
package outdir
