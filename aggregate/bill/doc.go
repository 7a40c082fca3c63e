// Package bill works out what is billed: the samples of a billing period in local time,
// percentiles and other rates of them, and the items of a tariff. All numbers are exact;
// they are rounded where they are printed. docs/bills.md has the rules.
package bill
