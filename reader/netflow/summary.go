package netflow

import "netstream/aggregate/flow"

// Summary is what one message amounted to. It is complete once [Decoder.Read] has
// said that the message is done.
type Summary struct {
	Version uint16
	Domain  uint32 // as flow.Point.Domain has it

	Sequence    uint32 // valid with HasSequence: all versions but 1
	HasSequence bool

	ExportTime flow.Timestamp // of the header
	Uptime     uint32         // sysUptime of the header in milliseconds; valid with HasUptime: all versions but IPFIX
	HasUptime  bool

	// Count is the header's count of records, as the exporter has it; 0 for IPFIX,
	// which has none. Huawei counts the FlowSets of version 9, not their records.
	Count uint16

	DataRecords   uint64 // records of flows and of options data: what sequence numbers of IPFIX count
	FlowRecords   uint64 // data records that are not options
	Rows          uint64 // records given: FlowRecords, and one more for each reverse direction of a biflow
	OptionRecords uint64 // data records of options templates
	DecodedLate   uint64 // of DataRecords, those decoded by a template that came later, or from another input

	Templates       uint64 // template records, all that could be read
	OptionTemplates uint64 // options template records, all that could be read
	Redefinitions   uint64 // of both, those that say something else than the one that they replace
	Withdrawals     uint64 // of IPFIX, each withdrawal record as one

	DataSets     uint64 // data sets, undecodable ones included
	TemplateSets uint64 // sets of templates and of options templates

	UndecodableSets   uint64 // data sets whose template is not known
	UndecodableOctets uint64 // octets of these sets, without their headers

	// SetOctets are the octets of all data sets without their headers, as the
	// framing of the message has them.
	SetOctets uint64

	// RecordOctets and PaddingOctets are the octets of the decodable data sets
	// without their headers: all of them, so that none is lost without a word.
	RecordOctets, PaddingOctets uint64

	Remarks [RemarkCount]uint64
}

// Remark is a kind of fault that a message can have without being refused.
type Remark uint8

// The remarks.
const (
	TimeInverted       Remark = iota // rows that end before they start: the end is taken to be the start
	TimeAhead                        // rows that end more than a minute after the export time of their message
	TimeOutOfRange                   // rows with a time outside the range of flow.Timestamp, or of the 32 bits of uptime
	NoTime                           // rows without times of their own: they have that of the message
	NoBootTime                       // rows of IPFIX whose uptime times cannot be placed because the boot time is not known
	BadSampling                      // records whose sampling rate cannot be: of 0, or contradicting itself
	TimeSampling                     // records sampled by time, as they or their options say, of which no rate follows
	CountMismatch                    // messages whose count is not that of their records
	TrailingOctets                   // messages with octets behind their end, in version 9 zeros beyond padding
	NonZeroPadding                   // data sets, and sets of templates, whose padding is not zero
	BadTemplate                      // template records that cannot be, refused
	TemplateLimit                    // templates forgotten because there are too many
	OptionLimit                      // options data not kept because there are too many
	PointLimit                       // records that keep the message's observation point because there are too many
	ElementLimit                     // texts of requested elements left out because a record has too many octets of them
	MaskContradiction                // version 8 records whose prefixes contradict the order of masks in force
	ReservedSet                      // sets with a reserved id, skipped
	UnknownAggregation               // version 8 messages of another aggregation version than 2

	// RemarkCount is the number of remarks.
	RemarkCount
)

// String gives the stable name of the remark.
func (r Remark) String() string {
	//exhaustive:enforce
	switch r {
	case TimeInverted:
		return "time_inverted"
	case TimeAhead:
		return "time_ahead"
	case TimeOutOfRange:
		return "time_out_of_range"
	case NoTime:
		return "no_time"
	case NoBootTime:
		return "no_boot_time"
	case BadSampling:
		return "bad_sampling"
	case TimeSampling:
		return "time_sampling"
	case CountMismatch:
		return "count_mismatch"
	case TrailingOctets:
		return "trailing_octets"
	case NonZeroPadding:
		return "non_zero_padding"
	case BadTemplate:
		return "bad_template"
	case TemplateLimit:
		return "template_limit"
	case OptionLimit:
		return "option_limit"
	case PointLimit:
		return "point_limit"
	case ElementLimit:
		return "element_limit"
	case MaskContradiction:
		return "mask_contradiction"
	case ReservedSet:
		return "reserved_set"
	case UnknownAggregation:
		return "unknown_aggregation"
	}
	return "unknown"
}
