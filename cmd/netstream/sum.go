package main

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/accounting"
	"netstream/aggregate/bill"
	"netstream/aggregate/flow"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

const sumLong = `Adds up the interval tables of finished runs by an accounting scheme, without the inputs: one row a
group and interval, as netstream run -A would have written it. What the interval table does not
hold is left out: flows, active_time_ns, peak_bps and numbers of distinct addresses. Autonomous
systems, prefixes and labels are there of metered flows whose run has read reference data; schemes
with next hops need the run itself.

EXIT STATUS
  0  the result is written
  3  a run directory is damaged
  4  usage, or the tables do not have what is asked for
  5  the result cannot be written
 10  the file of the result is there already`

// sumOptions are the flags of sum.
type sumOptions struct {
	text   string
	result resultOptions
	scheme flow.Scheme

	minMask      string
	minimum      flow.PrefixLengths
	minimumGiven bool
}

func newSumCommand() *command {
	o := &sumOptions{}
	cmd := &command{
		name: "sum", arguments: "OUT... -A SCHEME", summary: "Adds up the intervals of finished runs by an accounting scheme.",
		long: sumLong, flags: newFlags("sum"),
	}
	o.addFlags(cmd.flags)
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if err := o.validate(cmd.flags); err != nil {
			return err
		}
		return o.run(ctx, c, args)
	}
	return cmd
}

func (o *sumOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVarP(&o.text, "accounting", "A", "", "the scheme: a name, as protocol-port, or NAME=FIELD,... as in netstream run")
	flags.StringVar(&o.minMask, "min-mask", "", "least prefix lengths of schemes with prefixes, IPV4[:IPV6], as in netstream run")
	flags.Lookup("min-mask").DefValue = "the route's length, 24:64 where no route is known"
	o.result.addFlags(flags)
}

func (o *sumOptions) validate(flags *pflag.FlagSet) error {
	if o.text == "" {
		return fail(exitUsage, "-A protocol-port and -A 'site=src_ip/24:48,dscp' are such", "-A SCHEME is needed")
	}
	schemes, err := accounting.Parse([]string{o.text}, labelsIn(o.text))
	if err != nil {
		return usageError("cannot use -A: %w", err)
	}
	if len(schemes) != 1 {
		return usageError("-A is of %d schemes, sum takes one", len(schemes))
	}
	o.scheme = schemes[0]
	o.minimum, o.minimumGiven = accounting.DefaultMinimum(), flags.Changed("min-mask")
	if o.minimumGiven {
		if o.minimum, err = minimumOf(o.minMask); err != nil {
			return err
		}
	}
	for i := range o.scheme.Columns {
		if _, ok := o.source(&o.scheme.Columns[i]); !ok {
			return fail(exitUsage, o.elsewhere(), "the interval table does not hold %s of scheme %s", o.scheme.Columns[i].Name, o.scheme.Name)
		}
	}
	return o.result.validate()
}

// sumCounters are the columns that are added up. The scaled ones are known only if all
// rows tell them, the others if any does.
func sumCounters() []string {
	return []string{"flows_active", "flows_started", "flows_ended", "packets", "bytes", "wire_bytes", "payload_bytes", "packets_scaled", "bytes_scaled"}
}

// Numbers of a group: its interval's end, times, whether all rows are complete, how many
// there are, and two for each counter.
const (
	sumEnd = iota
	sumFirst
	sumLast
	sumComplete
	sumRows
	sumRoutes  // four of them: of the source of a table and the minimum, and of the destination
	sumNumbers = sumRoutes + 4
)

func (o *sumOptions) run(ctx context.Context, c *console, args []string) error {
	all, err := openRuns(c, args)
	if err != nil {
		return err
	}
	tables, err := openTables(all, table.IntervalTable)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, is := t.Column("rev_packets"); is {
			return fail(exitUsage, "netstream run -A "+o.scheme.Name+" counts each direction by itself", "cannot sum biflows by a scheme: their interval table has both directions in one row")
		}
	}
	for _, r := range all {
		if slices.Contains(strings.Split(r.Manifest.Parameters["key"], ","), "precedence") && anyHas([]flow.Scheme{o.scheme}, flow.SchemeDSCP) {
			return fail(exitUsage, "precedence is there, as is tos", "%s has no DSCP: its flow key has the precedence only", r.Path)
		}
	}
	for i := range o.scheme.Columns {
		source, _ := o.source(&o.scheme.Columns[i])
		if err := o.columns(tables, source); err != nil {
			return err
		}
		if source.routed {
			if err := o.whole(all); err != nil {
				return err
			}
		}
	}
	operations := make([]tally.Operation, sumNumbers+2*len(sumCounters()))
	operations[sumEnd], operations[sumFirst], operations[sumLast] = tally.Max, tally.Min, tally.Max
	operations[sumComplete] = tally.Min
	for i := sumRoutes; i < sumNumbers; i++ {
		operations[i] = tally.Max
	}
	book := tally.New(operations, 0, spillTemporary)
	defer book.Close() // its files have no names
	for _, t := range tables {
		if err := o.read(ctx, t, book); err != nil {
			return err
		}
	}
	start, _ := tables[0].Column("interval_start")
	return o.write(c, book, start.Kind)
}

// columns looks whether all tables have the columns of a field.
func (o *sumOptions) columns(tables []*finished.Table, source sumField) error {
	if !source.direct {
		return columnsOf(tables, source.columns)
	}
	for _, t := range tables {
		for _, name := range source.columns {
			if _, ok := t.Column(name); !ok {
				return fail(exitUsage, "netstream run with --as, --prefixes or what else knows it gives the interval table that column; netstream run -A "+o.scheme.Name+" needs it not",
					"the interval table of %s does not hold %s of scheme %s", t.RunPath(), name, o.scheme.Name)
			}
		}
	}
	return nil
}

// read adds the rows of a table.
func (o *sumOptions) read(ctx context.Context, t *finished.Table, book *tally.Book) error {
	names := append([]string{"interval_start", "interval_end", "first_seen", "last_seen", "complete", "distribution"}, sumCounters()...)
	counters := len(names) - len(sumCounters())
	fixed := len(names)
	places := make([][]int, len(o.scheme.Columns))
	sources := make([]sumField, len(o.scheme.Columns))
	for i := range o.scheme.Columns {
		sources[i], _ = o.source(&o.scheme.Columns[i])
		for _, name := range sources[i].columns {
			at := slices.Index(names, name)
			if at < 0 {
				at = len(names)
				names = append(names, name)
			}
			places[i] = append(places[i], at)
		}
	}
	start, _ := t.Column("interval_start")
	numbers := make([]tally.Number, sumNumbers+2*len(sumCounters()))
	routed := o.routeColumns()
	var key []byte
	var cells []finished.Cell
	var rows uint64
	err := t.Each(names, func(row []finished.Cell) error {
		rows++
		if err := interrupted(ctx, rows); err != nil {
			return err
		}
		key = tally.AppendCell(key[:0], tally.Cell{Number: start.Nanoseconds(row[0].Int)})
		for i := range sources {
			cells = cells[:0]
			for _, at := range places[i] {
				cells = append(cells, row[at])
			}
			if sources[i].direct && row[5].Text != flow.DistributionDirect.String() {
				return fail(exitUsage, o.elsewhere(), "cannot sum by %s: flows of exporters have what each record tells, which the interval table does not hold", o.scheme.Name)
			}
			key = tally.AppendCell(key, sources[i].cell(cells))
			for side, place := range routed {
				if place == i {
					_, _, from := o.route(cells)
					told := routeNumbers(from)
					copy(numbers[sumRoutes+2*side:], told[:])
				}
			}
		}
		numbers[sumEnd] = tally.Of(start.Nanoseconds(row[1].Int))
		numbers[sumFirst] = tally.Of(start.Nanoseconds(row[2].Int))
		numbers[sumLast] = tally.Of(start.Nanoseconds(row[3].Int))
		numbers[sumComplete], numbers[sumRows] = tally.Of(row[4].Int), tally.Of(1)
		for i := range fixed - counters {
			sum, known := tally.Number{}, tally.Number{}
			if c := &row[counters+i]; !c.Null {
				sum, known = tally.Of(c.Int), tally.Of(1)
			}
			numbers[sumNumbers+2*i], numbers[sumNumbers+2*i+1] = sum, known
		}
		return book.Add(key, numbers)
	})
	return tableFailure(err)
}

func (o *sumOptions) write(c *console, book *tally.Book, times table.Kind) error {
	r := &result{name: table.SchemeTable(&o.scheme)}
	declared := make(map[string]table.ResultColumn)
	for _, column := range table.Scheme(table.Options{Nanoseconds: times == table.TimestampNano}, &o.scheme) {
		declared[column.Name] = table.ResultColumn{Name: column.Name, Kind: column.Kind, Unit: column.Unit, Definition: column.Definition}
	}
	names := []string{"interval_start", "interval_end"}
	for _, column := range o.scheme.Columns {
		names = append(names, column.Name)
	}
	routed := o.routeColumns()
	for side, place := range routed {
		if place >= 0 {
			names = append(names, routeNames()[side])
		}
	}
	names = append(append(names, sumCounters()...), "first_seen", "last_seen", "avg_bps", "complete")
	for _, name := range names {
		r.columns = append(r.columns, declared[name])
	}
	instant := func(ns int64) table.ResultCell {
		if times == table.TimestampMicro {
			ns = floorDivide(ns, 1000)
		}
		return numberOf(ns)
	}
	return r.write(&o.result, c.out, func(yield func([]table.ResultCell) error) error {
		return book.Each(func(key []byte, numbers []tally.Number) error {
			cells, err := tally.Cells(key, 1+len(o.scheme.Columns))
			if err != nil {
				return err
			}
			end, _ := numbers[sumEnd].Int64()
			first, _ := numbers[sumFirst].Int64()
			last, _ := numbers[sumLast].Int64()
			row := []table.ResultCell{instant(cells[0].Number), instant(end)}
			for i := range o.scheme.Columns {
				source, _ := o.source(&o.scheme.Columns[i])
				row = append(row, source.result(cells[1+i]))
			}
			for side, place := range routed {
				if place >= 0 {
					row = append(row, routeResult([2]tally.Number(numbers[sumRoutes+2*side:])))
				}
			}
			sums, err := sumCells(numbers)
			if err != nil {
				return err
			}
			row = append(append(row, sums...), instant(first), instant(last))
			complete, _ := numbers[sumComplete].Int64()
			return yield(append(row, averageOf(sums[slices.Index(sumCounters(), "bytes")], end-cells[0].Number), numberOf(complete)))
		})
	})
}

func floorDivide(v, by int64) int64 {
	q := v / by
	if v%by < 0 {
		q--
	}
	return q
}

// sumCells gives the sums of a group.
func sumCells(numbers []tally.Number) ([]table.ResultCell, error) {
	var cells []table.ResultCell
	for i, name := range sumCounters() {
		sum, known := numbers[sumNumbers+2*i], numbers[sumNumbers+2*i+1]
		v, ok := sum.Int64()
		if !ok {
			return nil, bill.ErrCount
		}
		null := known == tally.Number{}
		if strings.HasSuffix(name, "_scaled") {
			null = known != numbers[sumRows]
		}
		cell := table.ResultCell{Null: null}
		if !null {
			cell.Int = v
		}
		cells = append(cells, cell)
	}
	return cells, nil
}

// averageOf gives avg_bps, worked out in binary64 as docs/accounting.md says.
func averageOf(octets table.ResultCell, width int64) table.ResultCell {
	if octets.Null {
		return octets
	}
	bits := float64(8) * float64(octets.Int)
	return numberOf(int64(math.Float64bits(bits / (float64(width) / 1e9))))
}
