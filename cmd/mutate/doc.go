// Mutate damages captures, or files of flow exporters, at random and checks that
// netstream takes every damaged one as it must: without a panic, within a second, in
// little memory, with every conservation law kept, and with the same rows whatever
// the buffers and the number of workers are.
//
//	mutate [flags] [FILE or DIRECTORY ...]
//	mutate --exports [flags] [FILE or DIRECTORY ...]
//	mutate [--exports] --program bin/netstream [flags] [FILE or DIRECTORY ...]
//	mutate [--exports] --one SEED:INDEX [-w FILE] [FILE or DIRECTORY ...]
//
// A case is a function of the seed, its index and the list of files. The seed
// is printed; --one repeats a single case, and writes the damaged file to a file.
// Files larger than 1 MiB are left out, those larger than 64 KiB are cut behind
// a record. Compressed ones are damaged as they are stored and as they
// are inside.
//
// One of the mutators does what Wireshark's "editcap -E 0.02" does. The others
// also change what editcap leaves alone: file, block and record headers, lengths,
// and the order and number of records.
//
// # Export files
//
// With --exports the files are export messages of all versions, raw or in captures,
// and nfcapd files. Some are built by the program, the others are those that were
// named. Their mutators know where messages have versions, counts, lengths, set
// and template ids, information elements, clocks and lengths of values; they also
// move, grow and shrink records, sets and field specifiers with all that counts
// them, so that damage reaches the decoder behind the framing, and put messages of
// one file between those of another.
//
// A case is one file. It counts for as many messages as the file has before
// damage (frames of captures, blocks of nfcapd files), and -n is a number of
// messages: cases are begun until their messages are as many. How many messages the
// readers have found in the damaged files is printed beside.
//
// Each file is surveyed, decoded and made tables of as the program does, in a share
// of the cases as two inputs, and in a share of them a second time as a stream, with
// three workers and little memory. Besides the laws is checked that no more rows
// come out than the octets can hold.
//
// # Processes
//
// With --program each damaged file is given to netstream itself, in a process of its
// own and half of the time with flags that lead to other code. It must end within 10
// seconds with an exit code that damage may cause, and so neither crash nor break a
// law, with no more than 256 MiB resident; name the input if it has anything to say of
// it; and leave a complete output, whose digests are right, or nothing at all. Every
// 20th output is verified by the program as well.
//
// Exit status: 0 if no case failed, 1 if any did, 4 for wrong usage. If the
// process itself dies, or a case does not end within 2 minutes, the file that
// was named at the start holds the cases that were under way.
package main
