// Mutate damages captures at random and checks that netstream takes every
// damaged one as it must: without a panic, within a second, in little memory,
// with every conservation law kept, and with the same rows whatever the buffers
// and the number of workers are.
//
//	mutate [flags] [CAPTURE or DIRECTORY ...]
//	mutate -one SEED:INDEX [-w FILE] [CAPTURE or DIRECTORY ...]
//
// A case is a function of the seed, its index and the list of captures. The seed
// is printed; -one repeats a single case, and writes the damaged capture to a file.
// Captures larger than 1 MiB are left out, those larger than 64 KiB are cut behind
// a record. Compressed ones are damaged as they are stored and as they
// are inside.
//
// One of the mutators does what Wireshark's "editcap -E 0.02" does. The others
// also change what editcap leaves alone: file, block and record headers, lengths,
// and the order and number of records.
//
// Exit status: 0 if no case failed, 1 if any did, 4 for wrong usage. If the
// process itself dies, or a case does not end within 2 minutes, the file that
// was named at the start holds the cases that were under way.
package main
