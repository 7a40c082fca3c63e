package nfcapd

// Tally says where the octets, blocks and records of an input went.
type Tally struct {
	Octets Octets

	Blocks        uint64 // sound ones with records
	OtherBlocks   uint64 // passed over: histograms, catalogs, arrays
	DamagedBlocks uint64 // wholly or in part

	Records RecordTally
	Rows    uint64 // Records.Flow, and one more for each biflow

	// SkippedElements are elements and extensions without a column, such as access
	// lists, user names, latencies and payloads.
	SkippedElements uint64

	// Remarks are what is odd without costing anything, by their stable names:
	//
	//	block_count_mismatch    blocks that the file header has more or fewer; a file that was not closed has 0
	//	record_count_mismatch   blocks whose header has another number of records
	//	statistics_mismatch     1 if the file's own statistics differ from its records
	//	no_statistics           1 if a layout 2 file has none
	//	time_inverted           flows that ended before they started; the end is lost
	//	out_counters            flows with counters of both sides of the exporter; those behind it are lost
	//	unknown_extension       records with an extension that is not known; those behind it are lost
	//	unknown_exporter        flows whose exporter has no record in the file
	//	point_limit             flows that have another's observation point, as there are too many in the file or in the run
	//	sampled                 flows whose counters nfcapd has multiplied
	Remarks map[string]uint64
}

// RecordTally counts the records of a file by kind.
type RecordTally struct {
	Flow               uint64 // became rows
	Malformed          uint64 // flow records that contradict themselves, or whose extension map is missing
	Exporter           uint64
	ExporterStatistics uint64
	Sampler            uint64
	InterfaceNames     uint64
	VRFNames           uint64
	ApplicationNames   uint64
	ExtensionMap       uint64
	Ident              uint64
	Statistics         uint64
	Unsound            uint64 // of the kinds above but flow, too short for what they should have
	Unknown            uint64
}

// tally is a Tally in the making.
type tally struct {
	Tally
	blockCountMismatch, recordCountMismatch uint64
	statisticsMismatch, noStatistics        uint64
	timeInverted, outCounters               uint64
	unknownExtension, unknownExporter       uint64
	sampled, pointLimit                     uint64

	// Of all flow records that are sound, as the statistics count them: nfcapd counts
	// records, nfdump the flows that they stand for.
	flows, packets, octets uint64
}

func (t *tally) finished() Tally {
	done := t.Tally
	done.Remarks = make(map[string]uint64)
	for _, remark := range []struct {
		name  string
		count uint64
	}{
		{"block_count_mismatch", t.blockCountMismatch},
		{"record_count_mismatch", t.recordCountMismatch},
		{"statistics_mismatch", t.statisticsMismatch},
		{"no_statistics", t.noStatistics},
		{"time_inverted", t.timeInverted},
		{"out_counters", t.outCounters},
		{"unknown_extension", t.unknownExtension},
		{"unknown_exporter", t.unknownExporter},
		{"point_limit", t.pointLimit},
		{"sampled", t.sampled},
	} {
		if remark.count > 0 {
			done.Remarks[remark.name] = remark.count
		}
	}
	return done
}
