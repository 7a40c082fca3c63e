package main

import (
	"github.com/spf13/pflag"

	"netstream/reader"
)

// What --fragments can be.
const (
	fragmentsInherit = "inherit"
	fragmentsApart   = "apart"
)

// packetOptions are the flags that say how captured packets are taken apart.
type packetOptions struct {
	meter     string
	fragments string

	layer reader.Layer // what meter says
}

func (o *packetOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.meter, "meter", reader.LayerOuter.String(), "which IP packet to meter where tunnels carry one in another: outer, inner or both")
	flags.StringVar(&o.fragments, "fragments", fragmentsInherit, "count later IP fragments in the flow that the first one names (inherit), or in one of their own without ports (apart)")
}

// validate says what the texts of the flags mean.
func (o *packetOptions) validate() error {
	for o.layer = reader.LayerOuter; o.layer.String() != o.meter; o.layer++ {
		if o.layer == reader.LayerBoth {
			return usageError("packets to meter are %q, must be outer, inner or both", o.meter)
		}
	}
	if o.fragments != fragmentsInherit && o.fragments != fragmentsApart {
		return usageError("fragments are %q, must be inherit or apart", o.fragments)
	}
	return nil
}

// addParameters adds the effective values to the parameters of the run.
func (o *packetOptions) addParameters(parameters map[string]string) {
	parameters["meter"] = o.meter
	parameters["fragments"] = o.fragments
}
