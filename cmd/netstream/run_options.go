package main

import (
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/recordfilter"
	"netstream/reader"
	"netstream/reader/element"
	"netstream/reader/filter"
	"netstream/reader/netflow"
)

// runOptions are the flags of netstream run.
type runOptions struct {
	read      []string
	filesFrom []string
	streams   bool
	keepGoing bool
	strict    bool

	duplicates string

	write      string
	format     string
	force      bool
	provenance bool
	timeUnit   string
	withMAC    bool
	withFile   bool
	partition  partition

	filter     string
	filterFile string
	flowFilter string

	intervals     intervalOptions
	packets       packetOptions
	keys          keyOptions
	features      featureOptions
	place         placeOptions
	ageing        ageingOptions
	accounting    schemeOptions
	state         stateOptions
	reorderWindow duration

	captures       string
	distribution   string
	stitch         bool
	dedup          bool
	shareTemplates bool
	elements       []string
	maskOrder      string

	selectionOptions
	reference   referenceOptions
	anonymize   anonymizeOptions
	inputDigest digestOptions

	workers int
	memory  octets
	quiet   bool
	verbose bool
	logs    string

	readSize int // octets of captures that are read at a time; 0 for the reader's own choice. No flag says it

	// What the texts above say.
	selected       *filter.Filter       // nil for all packets
	flows          *recordfilter.Filter // nil for all flow records
	captureContent reader.CaptureContent
	method         flow.Distribution
	requests       []element.Request
	masks          netflow.MaskOrder

	repeated *repeatedInputs // of the run that is repeated, nil if none is
}

func (o *runOptions) addFlags(flags *pflag.FlagSet) {
	o.reorderWindow = duration(time.Second)

	flags.StringArrayVarP(&o.read, "read", "r", nil, "read this file, directory or glob, - for standard input (repeatable; bare arguments are the same)")
	flags.StringArrayVar(&o.filesFrom, "files-from", nil, "read the names of inputs from this file, one a line, - for standard input (repeatable)")
	flags.BoolVar(&o.streams, "stream", false, "also read named pipes, sockets and devices")
	flags.StringVarP(&o.write, "write", "w", "", "write this output directory; - for the flow table on standard output (with -o csv)")
	flags.StringVarP(&o.format, "output-format", "o", "parquet", "format of the tables: parquet or csv")
	flags.Var(&o.partition, "partition", "add the run to the dataset that the output directory is, as OUT/run=..., with tables split by day or hour (UTC): none, day or hour")
	flags.StringVarP(&o.filter, "filter", "f", "", "meter only the packets of captures that this filter selects, in tcpdump's language (docs/filters.md)")
	flags.StringVarP(&o.filterFile, "filter-file", "F", "", "read the filter from this file; # begins a comment")
	flags.StringVar(&o.flowFilter, "flow-filter", "", "write only the flow records that this condition on the table's columns selects, as SQL's WHERE would (docs/filters.md)")
	o.intervals.addFlags(flags)
	o.accounting.addFlags(flags)
	o.state.addFlags(flags)
	o.ageing.addFlags(flags)
	flags.Var(&o.reorderWindow, "reorder-window", "put packets of one capture in order that are out of it by at most this")
	o.packets.addFlags(flags)
	o.keys.addFlags(flags)
	o.features.addFlags(flags)
	o.place.addFlags(flags)
	flags.BoolVar(&o.withMAC, "with-mac", false, "add the columns src_mac and dst_mac")
	flags.BoolVar(&o.withFile, "with-file", false, "add the columns first_file and first_file_packet: where a flow's first packet lies")
	flags.StringVar(&o.timeUnit, "time-unit", "us", "unit of the time stamps in the tables: us or ns")
	o.addSelectionFlags(flags)
	o.addExportFlags(flags)
	o.reference.addFlags(flags)
	o.anonymize.addFlags(flags)
	o.inputDigest.addFlags(flags)
	flags.BoolVar(&o.force, "force", false, "replace the output of another run")
	flags.BoolVar(&o.keepGoing, "keep-going", false, "do without inputs that cannot be opened or hold neither packets nor exports; exit code 3")
	flags.StringVar(&o.duplicates, "duplicates", "refuse", "inputs that have the content of another one, a copy or the compressed twin: refuse the run, or count them as often as they are named: refuse or count")
	flags.BoolVar(&o.strict, "strict", false, "write nothing if any input is damaged")
	flags.BoolVar(&o.provenance, "provenance", false, "also write provenance.json: host, time, arguments and the input files' state")
	flags.IntVarP(&o.workers, "workers", "j", runtime.GOMAXPROCS(0), "number of workers, and of processors at most; does not change the output")
	o.memory = defaultMemory()
	flags.Var(&o.memory, "memory", "keep to so much memory, such as 512M or 4G; what does not fit goes to files beside the output, which does not change it")
	flags.Lookup("memory").DefValue = "half of the machine's, at most 2G"
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "no progress and no summary")
	flags.BoolVarP(&o.verbose, "verbose", "v", false, "summary also where standard error is no terminal")
	flags.StringVar(&o.logs, logFlag, "text", "form of the messages on standard error: text, or json, one object a line with progress and summary (docs/messages.md)")
}

// addExportFlags adds what concerns flow records of exporters.
func (o *runOptions) addExportFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.captures, "captures", "auto", "read captures as packets to be metered or as containers of exports (NetFlow, IPFIX): auto, packets or exports")
	flags.StringVar(&o.distribution, "distribution", "proportional", "how exported records are spread over intervals (RFC 7015): start, end, mid, uniform or proportional")
	flags.BoolVar(&o.stitch, "stitch", false, "join exported records that the exporter's active timeout has cut, if the gap is within the idle timeout")
	flags.BoolVar(&o.dedup, "dedup", false, "leave out export messages that repeat one of the same exporter")
	flags.BoolVar(&o.shareTemplates, "share-templates", false, "use templates and options of one input for others, also where the exporter's address is not known")
	flags.StringArrayVar(&o.elements, "element", nil, "add a column with this information element: e<enterprise>_<number>, or its IANA name (repeatable)")
	flags.StringVar(&o.maskOrder, "v8-mask-order", "auto", "order of the two mask lengths in NetFlow version 8 prefix schemes: auto, dst-src or src-dst")
}

// validateExports says what the texts of the flags mean.
func (o *runOptions) validateExports() error {
	switch o.captures {
	case "auto":
		o.captureContent = reader.CapturesByContent
	case "packets":
		o.captureContent = reader.CapturesAsPackets
	case "exports":
		o.captureContent = reader.CapturesAsExports
	default:
		return usageError("captures are %q, must be auto, packets or exports", o.captures)
	}
	for o.method = flow.DistributionStart; o.method.String() != o.distribution; o.method++ {
		if o.method == flow.DistributionProportional {
			return usageError("distribution %q is none of start, end, mid, uniform and proportional", o.distribution)
		}
	}
	switch o.maskOrder {
	case "auto":
		o.masks = netflow.MaskOrderAuto
	case "dst-src":
		o.masks = netflow.DestinationFirst
	case "src-dst":
		o.masks = netflow.SourceFirst
	default:
		return usageError("mask order %q is none of auto, dst-src and src-dst", o.maskOrder)
	}
	o.requests = o.requests[:0]
	seen := make(map[string]bool)
	for _, text := range o.elements {
		request, err := element.ParseRequest(text)
		if err != nil {
			return usageError("%w", err)
		}
		if seen[request.Name] {
			return usageError("element %s is asked for twice", request.Name)
		}
		seen[request.Name] = true
		o.requests = append(o.requests, request)
	}
	return nil
}

// elementNames gives the names of the requested columns.
func (o *runOptions) elementNames() []string {
	var names []string
	for _, request := range o.requests {
		names = append(names, request.Name)
	}
	return names
}

func (o *runOptions) validate(flags *pflag.FlagSet) error {
	if err := o.packets.validate(); err != nil {
		return err
	}
	if err := o.features.validate(); err != nil {
		return err
	}
	if err := o.validateExports(); err != nil {
		return err
	}
	if err := o.ageing.resolve(flags); err != nil {
		return err
	}
	if err := o.keys.resolve(flags, o.ageing.key, &o.packets); err != nil {
		return err
	}
	if err := o.place.resolve(flags, &o.keys.definition); err != nil {
		return err
	}
	if err := o.keys.resolveBiflow(flags, o.ageing.biflow); err != nil {
		return err
	}
	if err := o.keys.resolveTimers(flags, &o.ageing.settings); err != nil {
		return err
	}
	if err := o.intervals.resolve(flags); err != nil {
		return err
	}
	if err := o.readFilter(); err != nil {
		return err
	}
	if err := o.selectionOptions.validate(flags); err != nil {
		return err
	}
	settings := o.meter()
	if err := settings.Validate(); err != nil {
		return usageError("%w", err)
	}
	switch {
	case o.write == "":
		return fail(exitUsage, "name one with -w DIR", "no output is given")
	case o.format != "parquet" && o.format != "csv":
		return usageError("output format %q is neither parquet nor csv", o.format)
	case o.duplicates != "refuse" && o.duplicates != "count":
		return usageError("duplicates are %q, must be refuse or count", o.duplicates)
	case o.write == "-" && o.format != "csv":
		return fail(exitUsage, "add -o csv", "only CSV can be written to standard output")
	case o.write == "-" && (o.force || o.provenance || o.partition != partitionNone):
		return usageError("--force, --provenance and --partition are for an output directory, not for standard output")
	case o.logs != "text" && o.logs != "json":
		return usageError("log format %q is neither text nor json", o.logs)
	case o.timeUnit != "us" && o.timeUnit != "ns":
		return usageError("time unit %q is neither us nor ns", o.timeUnit)
	case o.workers < 1 || o.workers > 1024:
		return usageError("%d workers, must be 1 to 1024", o.workers)
	case o.memory < leastMemory:
		return usageError("memory is %d octets, must be at least %d", uint64(o.memory), uint64(leastMemory))
	case o.reorderWindow < 0:
		return usageError("reorder window is %v, must be 0 or greater", time.Duration(o.reorderWindow))
	}
	if err := o.inputDigest.validate(); err != nil {
		return err
	}
	if err := o.resolveAnonymization(); err != nil {
		return err
	}
	if err := o.readReference(); err != nil {
		return err
	}
	if err := o.readFlowFilter(); err != nil {
		return err
	}
	if err := o.accounting.resolve(flags, o); err != nil {
		return err
	}
	return o.state.validate(flags, o)
}

func (o *runOptions) meter() meter.Settings {
	settings := o.ageing.settings
	o.intervals.set(&settings)
	settings.Statistics = o.features.kept
	return settings
}

// parameters gives every effective value that can change the output, for the
// manifest and the identity of the run.
func (o *runOptions) parameters() map[string]string {
	parameters := map[string]string{
		"output_format":   o.format,
		"filter":          o.filter,
		"flow_filter":     o.flowFilter,
		"reorder_window":  time.Duration(o.reorderWindow).String(),
		"partition":       o.partition.String(),
		"time_unit":       o.timeUnit,
		"with_mac":        strconv.FormatBool(o.withMAC),
		"with_file":       strconv.FormatBool(o.withFile),
		"captures":        o.captures,
		"distribution":    o.distribution,
		"stitch":          strconv.FormatBool(o.stitch),
		"duplicates":      o.duplicates,
		"dedup":           strconv.FormatBool(o.dedup),
		"share_templates": strconv.FormatBool(o.shareTemplates),
		"elements":        strings.Join(o.elementNames(), " "),
		"v8_mask_order":   o.maskOrder,
	}
	o.packets.addParameters(parameters)
	o.keys.addParameters(parameters)
	o.features.addParameters(parameters)
	o.place.addParameters(parameters)
	o.accounting.addParameters(parameters)
	o.ageing.addParameters(parameters)
	o.intervals.addParameters(parameters)
	o.selectionOptions.addParameters(parameters)
	o.reference.addParameters(parameters)
	o.anonymize.addParameters(parameters)
	o.inputDigest.addParameters(parameters)
	o.state.addParameters(parameters)
	return parameters
}
