package sequence

// Rule says what the sequence numbers of a stream count.
type Rule uint8

// The rules. Their names are stable: ledger and run.json have them.
const (
	// Records: every data record, those of options included, but no template
	// (RFC 7011 section 3.1); in versions 5 to 8 every flow record.
	Records Rule = iota

	// Messages: every message, whatever is in it (RFC 3954 section 5.1); also IPFIX
	// of NetStream devices as they come from the factory.
	Messages

	// MessagesWithoutTemplates: every message but those that hold templates only. The
	// number that the others bear means nothing: NetStream devices with
	// "sequence-number fixed" repeat one.
	MessagesWithoutTemplates

	// FlowRecords: every flow record, but neither data records of options nor
	// templates: version 9 of NetStream devices with "sequence-mode flow".
	FlowRecords

	// FlowRecordsThrough: every flow record, and the number of a message is that of
	// its last one, not of those before it (RFC 7011 section 3.1): IPFIX of softflowd.
	FlowRecordsThrough

	// Constant: nothing; all messages bear the same number.
	Constant

	// None: the version has no sequence numbers (version 1).
	None

	// RuleCount is the number of rules.
	RuleCount
)

// String gives the stable name of the rule.
func (r Rule) String() string {
	//exhaustive:enforce
	switch r {
	case Records:
		return "records"
	case Messages:
		return "messages"
	case MessagesWithoutTemplates:
		return "messages_without_templates"
	case FlowRecords:
		return "flow_records"
	case FlowRecordsThrough:
		return "flow_records_through"
	case Constant:
		return "constant"
	case None:
		return "none"
	}
	return "unknown"
}

// Standard gives the rule of a version's own specification. It is reported if no
// other one is broken less often.
func Standard(version uint16) Rule {
	switch version {
	case 1:
		return None
	case 9:
		return Messages
	}
	return Records
}

// candidates gives the rules that the numbers of a version may follow, the
// standard's first, which makes it win ties. Rules that templates or options tell
// apart are none of versions that have neither.
func candidates(version uint16) []Rule {
	switch version {
	case 1:
		return []Rule{None}
	case 9:
		return []Rule{Messages, MessagesWithoutTemplates, Records, FlowRecords, Constant}
	case 10:
		return []Rule{Records, Messages, MessagesWithoutTemplates, FlowRecords, FlowRecordsThrough, Constant}
	}
	return []Rule{Records, Messages, Constant}
}

// units gives by how much a message moves the sequence number on. exact is false
// if it can be more, because some of the records could not be read.
func (r Rule) units(o *Observation) (n uint32, exact bool) {
	switch r {
	case Records:
		return o.Records, !o.Undecoded
	case FlowRecords, FlowRecordsThrough:
		return o.FlowRecords, !o.Undecoded
	case Messages, MessagesWithoutTemplates:
		return 1, true
	}
	return 0, true
}

// ignores says whether the sequence number of a message means nothing. What counts
// records in version 9 follows no standard, and what it gives messages of templates
// only, which move nothing on, may be another count: H3C devices repeat one number.
func (r Rule) ignores(o *Observation) bool {
	if o.TemplateSets == 0 || o.DataSets > 0 {
		return false
	}
	switch r {
	case MessagesWithoutTemplates:
		return true
	case Records, FlowRecords:
		return o.HasUptime
	}
	return false
}
