package main

import (
	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
)

// resolveBiflow says whether both directions of a conversation are one flow, which the
// profile may say, and sees to it that the key of one is a key of the other. Marks of
// the ToS octet often differ between the directions, so they are in the key of biflows
// only if that is asked for.
func (o *keyOptions) resolveBiflow(flags *pflag.FlagSet, byProfile bool) error {
	if !flags.Changed("biflow") {
		o.biflow = byProfile
	}
	if !o.biflow {
		return nil
	}
	d := &o.definition
	if !flags.Changed("key") && !flags.Changed("with-tos") && d.Fields&flow.KeyClassOfService != 0 {
		o.effectiveTOS = "none"
		d.Fields &^= flow.KeyClassOfService
		d.ClassMask = 0
	}
	for _, pair := range []struct {
		source, destination         flow.KeyFields
		sourceName, destinationName string
	}{
		{flow.KeySource, flow.KeyDestination, "src_ip", "dst_ip"},
		{flow.KeySourcePort, flow.KeyDestinationPort, "src_port", "dst_port"},
		{flow.KeySourceMAC, flow.KeyDestinationMAC, "src_mac", "dst_mac"},
	} {
		if (d.Fields&pair.source != 0) != (d.Fields&pair.destination != 0) {
			return fail(exitUsage, "add the other one, or leave --biflow out",
				"the key of a biflow has both of %s and %s or none of them", pair.sourceName, pair.destinationName)
		}
	}
	switch {
	case (d.Fields&flow.KeySourceMask != 0) != (d.Fields&flow.KeyDestinationMask != 0), d.Source != d.Destination:
		return fail(exitUsage, "--key src_ip/24,dst_ip/24 is such", "the addresses in the key of a biflow have equal prefix lengths")
	case d.Fields&flow.KeyTCPFlags != 0:
		return fail(exitUsage, "leave tcp_flags or --biflow out", "--key tcp_flags parts the directions of a conversation, which --biflow puts together")
	}
	return nil
}
