package main

import (
	"os"

	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/interfacemap"
	"netstream/reader/localnet"
)

// placeOptions are the flags that say where packets were observed: at which interface and
// in which direction.
type placeOptions struct {
	interfaces   []string
	interfaceMap string
	direction    string
	localNets    []string

	// What the texts say.
	named      int              // rules of interfaces that --interface gives, the first ones
	rules      interfacemap.Map // those of --interface before those of --interface-map
	directions reader.Directions
	networks   *localnet.Networks
}

func (o *placeOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.interfaces, "interface", nil, "the packets of this input, a name or glob, were captured at the interface with this SNMP ifIndex: FILE=IFINDEX or FILE=IFINDEX:NAME (repeatable)")
	flags.StringVar(&o.interfaceMap, "interface-map", "", "read the indexes of interfaces from this CSV file with the columns file, interface, if_index, if_name; the first line that fits holds")
	flags.StringVar(&o.direction, "direction", reader.DirectionsOfCapture.String(), "what tells the direction of packets: capture (epb_flags of pcapng, packet types of cooked captures), local-net or none")
	flags.Lookup("direction").DefValue = "capture, with --local-net local-net"
	flags.StringArrayVar(&o.localNets, "local-net", nil, "networks that are local, with commas between them: packets out of them are egress, into them ingress, between them internal, past them external (repeatable)")
}

// resolve says what the flags mean for packets with a key.
func (o *placeOptions) resolve(flags *pflag.FlagSet, key *flow.KeyDefinition) error {
	if err := o.resolveDirection(flags, key); err != nil {
		return err
	}
	o.rules, o.named = nil, len(o.interfaces)
	for _, text := range o.interfaces {
		rule, err := interfacemap.ParseRule(text)
		if err != nil {
			return fail(exitUsage, "--interface eth0.pcap=7 and --interface 'in/*.pcap=7:GE1/0/0' are such", "cannot use --interface %q: %w", text, err)
		}
		o.rules = append(o.rules, rule)
	}
	if o.interfaceMap != "" {
		read, err := readInterfaceMap(o.interfaceMap)
		if err != nil {
			return fail(exitUsage, "docs/metering.md section 1 says what it can hold", "cannot read the map of interfaces %s: %w", o.interfaceMap, err)
		}
		o.rules = append(o.rules, read...)
	}
	if len(o.rules) > 0 && key.Fields&flow.KeyIndex == 0 {
		return fail(exitUsage, "add if_index to the key", "--interface and --interface-map have no say, since if_index is not in the key")
	}
	return nil
}

func (o *placeOptions) resolveDirection(flags *pflag.FlagSet, key *flow.KeyDefinition) error {
	o.networks = nil
	if len(o.localNets) > 0 {
		networks, err := localnet.Parse(o.localNets)
		if err != nil {
			return usageError("cannot use --local-net: %w", err)
		}
		o.networks = networks
		if !flags.Changed("direction") {
			o.direction = reader.DirectionsOfNetworks.String()
		}
	}
	for o.directions = reader.DirectionsOfCapture; o.directions.String() != o.direction; o.directions++ {
		if o.directions == reader.DirectionsOfNobody {
			return usageError("direction is %q, must be capture, local-net or none", o.direction)
		}
	}
	switch of := o.directions == reader.DirectionsOfNetworks; {
	case of && o.networks == nil:
		return fail(exitUsage, "name the networks with --local-net", "--direction local-net needs to know which networks are local")
	case !of && o.networks != nil:
		return fail(exitUsage, "leave one of them out", "--local-net has no say with --direction %s", o.direction)
	case of && key.Fields&flow.KeyDirection == 0:
		return fail(exitUsage, "add direction to the key", "--local-net has no say, since direction is not in the key")
	}
	return nil
}

func readInterfaceMap(name string) (interfacemap.Map, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() // it was only read
	return interfacemap.Read(file)
}

// checkNames says no to names of --interface that no input has: they would be typing
// errors. A map may have lines for the captures of other days.
func (o *placeOptions) checkNames(obs *observations) error {
	for i := range o.named {
		fits := false
		for _, in := range obs.all {
			fits = fits || o.rules[i].FitsFile(in.source.Name)
		}
		if !fits {
			return fail(exitUsage, "FILE is the name of an input as it was given, or a glob for it",
				"cannot use --interface %q: no input has that name", o.interfaces[i])
		}
	}
	return nil
}

// addParameters adds the effective values to the parameters of the run.
func (o *placeOptions) addParameters(parameters map[string]string) {
	parameters["direction"] = o.directions.String()
	parameters["local_net"] = ""
	if o.networks != nil {
		parameters["local_net"] = o.networks.String()
	}
	parameters["interfaces"] = o.rules.String()
}
