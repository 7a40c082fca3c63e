package table

import (
	"slices"
	"strings"

	"netstream/aggregate/flow"
)

// What bills and tops show. Columns of the customers, or of the groups, are those of the
// table that was read, and not declared here.

// BillParameters declares the columns of the rule that stand in front of each row of a
// bill.
func BillParameters() []ResultColumn {
	return []ResultColumn{
		{"period_start", TimestampMicro, "", "Begin of the billing period."},
		{"period_end", TimestampMicro, "", "End of the billing period, which does not belong to it any more."},
		{"period", Text, "", "Billing period as local days, the last one not belonging to it."},
		{"zone", Text, "", "Time zone of the period."},
		{"sample_seconds", Float64, "", "Width of the samples in seconds."},
		{"samples_expected", Int64, "", "Number of samples in the period."},
		{"source", Text, "", "Table that was billed."},
		{"counter", Text, "", "Column that was billed."},
		{"l2_overhead", Int64, "", "Octets that were added for each packet."},
		{"rate", Text, "", "Which rate is billed: pN is the sample of rank ceil(n*N/100) in ascending order of n samples."},
		{"direction", Text, "", "Which directions are billed."},
		{"missing", Text, "", "What samples without rows are."},
		{"combine", Text, "", "Whether the rows of a customer are added up in each sample, or the rates of what per tells apart."},
		{"per", Text, "", "Columns that tell the interfaces of a customer apart."},
	}
}

// BillCurrency declares the last of the parameters with a tariff.
func BillCurrency() ResultColumn {
	return ResultColumn{"currency", Text, "", "Currency of prices and amounts."}
}

// BillRates declares what a bill without tariff has of a customer, in bit/s and octets, or
// in packets.
func BillRates(packets bool) []ResultColumn {
	unit, suffix, volume := "bit/s", "bps", "octets"
	if packets {
		unit, suffix, volume = "packet/s", "pps", "packets"
	}
	return []ResultColumn{
		{"rows", Int64, "", "Number of rows of the tables."},
		{"series", Int64, "", "Number of series whose rates are added up."},
		{"samples_present", Int64, "", "Number of samples in which the customer has a row."},
		{"samples_used", Int64, "", "Number of samples that the rate is of; NULL if it differs between series."},
		{"samples_dropped", Int64, "", "Number of samples above the one that is billed; NULL if none is."},
		{"billed", Text, "", "Direction that has the rate."},
		{"rate_" + suffix, Float64, unit, "The rate that is billed, rounded to binary64."},
		{"rate_exact", Text, unit, "The same as a fraction in lowest terms."},
		{"rate_in_" + suffix, Float64, unit, "The rate of in."},
		{"rate_out_" + suffix, Float64, unit, "The rate of out."},
		{"volume", Int64, volume, "Volume in the period by the rule of directions."},
		{"volume_in", Int64, volume, "Volume of rows that are ingress."},
		{"volume_out", Int64, volume, "Volume of rows that are egress."},
		{"volume_other", Int64, volume, "Volume of all other rows."},
	}
}

// BillItems declares what a bill with a tariff has of an item.
func BillItems() []ResultColumn {
	return []ResultColumn{
		{"item", Text, "", "Item of the tariff, or total."},
		{"tier", Int64, "", "Tier of the item, from 1; NULL if it has one alone."},
		{"item_rate", Text, "", "Which rate the quantity is; NULL if it is none."},
		{"item_direction", Text, "", "Which directions the quantity is of; NULL of a total and what is paid for the period."},
		{"quantity", Text, "", "How many units, rounded half to even to six digits; the amount is of the exact quantity."},
		{"unit", Text, "", "Unit of quantity and price."},
		{"price", Text, "", "Price of a unit."},
		{"amount", Text, "", "Quantity times price, rounded half to even to the digits of the currency; of totals the sum of the amounts."},
	}
}

// TopPlace declares the column of a top in front of the group's.
func TopPlace() ResultColumn {
	return ResultColumn{"place", Int64, "", "Place in the order, from 1."}
}

// TopMeasure declares what is added up.
func TopMeasure(name string) ResultColumn {
	return ResultColumn{name, Int64, "", "Sum of the group's rows; NULL if none tells it."}
}

// TopPart declares the part that a group has of the whole.
func TopPart() ResultColumn {
	return ResultColumn{"percent", Text, "", "Part that the group has of the sum of all groups in what the order is by, in percent with two digits behind the point, rounded half to even."}
}

// TopMeasures are the columns that a top adds up.
func TopMeasures() []string { return []string{"flows", "packets", "bytes", "wire_bytes"} }

// ResultSections gives what the commands on finished tables show, in a fixed order.
func ResultSections(o Options) []Section {
	top := []ResultColumn{TopPlace()}
	for _, name := range TopMeasures() {
		top = append(top, TopMeasure(name))
	}
	return []Section{
		{
			"bill", "Result of netstream bill: one row a customer, in the order of the columns of --by, which stand in front of rows; those from period_start to per are the rule, the same in each row. With --counter packets the rates are rate_pps, rate_in_pps and rate_out_pps in packet/s, and volumes are packets (docs/bills.md).",
			Describe(Results(slices.Concat(BillParameters(), BillRates(false)))),
		}, {
			"bill_items", "Result of netstream bill --tariff: one row an item or tier, and a total for each customer, whose columns stand in front of item.",
			Describe(Results(slices.Concat(BillParameters(), []ResultColumn{BillCurrency()}, BillItems()))),
		}, {
			"top", "Result of netstream top: one row a group; the columns of --key stand behind place.",
			Describe(Results(append(top, TopPart()))),
		},
		sumSection(o),
	}
}

// sumSection gives what netstream sum shows: a table of a scheme but for what the interval
// table does not hold.
func sumSection(o Options) Section {
	all := schemeSection(o)
	all.Name = "sum"
	all.About = "Result of netstream sum -A: as the table of the accounting scheme, without what the interval table does not hold; of the columns from exporter_ip to vni those of the scheme's key (docs/bills.md section 5)."
	missing := []string{"flows", "active_time_ns", "distinct_src", "distinct_dst", "peak_bps"}
	for _, f := range [...]flow.SchemeField{flow.SchemeNextHop, flow.SchemeBGPNextHop, flow.SchemeForwardingStatus, flow.SchemeTCPFlags} {
		missing = append(missing, f.Name())
	}
	all.Columns = slices.DeleteFunc(all.Columns, func(d Description) bool {
		return slices.Contains(missing, d.Name) || strings.HasSuffix(d.Name, "_utilization")
	})
	return all
}
