package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/reader"
)

// keyOptions are the flags that say what the key of metered packets is made of.
type keyOptions struct {
	key     string
	withTOS string
	biflow  bool

	definition flow.KeyDefinition // what they and the profile say

	// Flags that say the same of --key and, where that alone would not do, of --with-tos.
	effective, effectiveTOS string
}

func (o *keyOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.key, "key", defaultKeyKind, "packets that agree in these are of one flow: "+strings.Join(keyKindNames(), ", ")+", or fields with commas between them: src_ip, src_ip/24:64 (IPv4:IPv6), dst_ip, src_port, dst_port, protocol, tos, dscp, precedence, interface, if_index, direction, tunnel, tunnel_id, vlan_id, inner_vlan_id, mpls_label, mpls_label2, mpls_label3, src_mac, dst_mac, ethertype, flow_label, tcp_flags")
	flags.StringVar(&o.withTOS, "with-tos", "", "what of the ToS octet is in the key of a kind: tos, dscp (without the ECN marks, which change in mid-flow) or none")
	flags.BoolVar(&o.biflow, "biflow", false, "meter both directions of a conversation as one flow (RFC 5103), whose source is the initiator, with columns rev_* and those of the TCP connection; ToS is not in its key unless asked for")
	flags.Lookup("with-tos").DefValue = "as the kind has it"
}

// defaultKeyKind is what holds if neither --key nor the profile says another.
const defaultKeyKind = "7tuple"

// keyKind is a key by its name.
type keyKind struct {
	name   string
	fields flow.KeyFields
}

// keyKinds gives the kinds of keys that devices have by name (docs/metering.md
// section 1), in the order of the help.
func keyKinds() []keyKind {
	const (
		addresses  = flow.KeyVersion | flow.KeySource | flow.KeyDestination
		fiveTuple  = addresses | flow.KeySourcePort | flow.KeyDestinationPort | flow.KeyProtocol
		layerTwo   = flow.KeyVersion | flow.KeyPlace | flow.KeySourceMAC | flow.KeyDestinationMAC | flow.KeyVLAN | flow.KeyInnerVLAN | flow.KeyEtherType
		labels     = flow.KeyMPLSLabel | flow.KeyMPLSLabel2 | flow.KeyMPLSLabel3
		sevenTuple = flow.KeySevenTuple
	)
	return []keyKind{
		{defaultKeyKind, sevenTuple},
		{"8tuple", sevenTuple | flow.KeyFlowLabel},
		{"5tuple", fiveTuple},
		{"l2", layerTwo},
		{"ip-l2", sevenTuple | layerTwo},
		{"mpls-ip-only", sevenTuple},
		{"mpls-label-only", flow.KeyVersion | flow.KeyPlace | labels},
		{"mpls-label-and-ip", sevenTuple | labels},
		{vxlanKey, fiveTuple | flow.KeyTunnelID},
	}
}

// vxlanKey is the kind that is of inner packets.
const vxlanKey = "vxlan"

func keyKindNames() []string {
	var names []string
	for _, kind := range keyKinds() {
		names = append(names, kind.name)
	}
	return names
}

// resolve says what the flags mean. kind is that of the profile, which holds if no
// key is given. It may change which packets are metered.
func (o *keyOptions) resolve(flags *pflag.FlagSet, kind string, packets *packetOptions) error {
	text := kind
	if flags.Changed("key") {
		text = o.key
	}
	o.effective, o.effectiveTOS = text, o.withTOS
	parsed, err := parseKey(text)
	if err != nil {
		return fail(exitUsage, "--key 5tuple, --key src_ip/24,dst_port and --key 7tuple,vlan_id are such; netstream help run lists the fields", "cannot use --key: %w", err)
	}
	if flags.Changed("with-tos") {
		if parsed.named&flow.KeyClassOfService != 0 {
			return fail(exitUsage, "leave one of them out", "--key %s says what of the ToS octet is in the key, and so does --with-tos", o.key)
		}
		if err := setTOS(&parsed.definition, o.withTOS); err != nil {
			return err
		}
		parsed.definition.WithoutIP = parsed.definition.WithoutIP && parsed.definition.Fields&ofIP == 0
	}
	o.definition = parsed.definition
	return o.resolveLayer(flags, parsed, packets)
}

// precedenceOnly says whether the key has a part of the DSCP.
func (o *keyOptions) precedenceOnly() bool {
	return o.definition.Fields&flow.KeyClassOfService != 0 && o.definition.ClassMask == flow.ClassPrecedence
}

// with gives the flags of the same key with more fields.
func (o *keyOptions) with(fields []string) string {
	text := "--key " + o.effective + "," + strings.Join(fields, ",")
	if o.effectiveTOS != "" {
		text += " --with-tos " + o.effectiveTOS
	}
	return text
}

// resolveLayer sees to it that keys with tunnels are of packets in tunnels.
func (o *keyOptions) resolveLayer(flags *pflag.FlagSet, parsed parsedKey, packets *packetOptions) error {
	if packets.layer != reader.LayerOuter {
		return nil
	}
	if parsed.inner && !flags.Changed("meter") {
		packets.layer = reader.LayerInner
		packets.meter = packets.layer.String()
		return nil
	}
	if parsed.inner || parsed.named&(flow.KeyTunnel|flow.KeyTunnelID) != 0 {
		return fail(exitUsage, "add --meter inner", "--key %s is for packets in tunnels, which --meter outer does not look for", o.key)
	}
	return nil
}

// resolveTimers takes the timers of protocols from flows that have none. A profile's
// are left out, those that are asked for are refused.
func (o *keyOptions) resolveTimers(flags *pflag.FlagSet, settings *meter.Settings) error {
	if o.definition.Fields&flow.KeyProtocol != 0 {
		return nil
	}
	if flags.Changed("timeout") {
		return fail(exitUsage, "--idle-timeout and --active-timeout are for all flows", "--timeout has no say, since protocol is not in the key")
	}
	settings.Protocols = nil
	return nil
}

func (o *keyOptions) addParameters(to map[string]string) {
	to["key"] = o.definition.String()
	to["biflow"] = strconv.FormatBool(o.biflow)
}

// setTOS sets what --with-tos says.
func setTOS(d *flow.KeyDefinition, text string) error {
	d.Fields |= flow.KeyClassOfService
	switch text {
	case "tos":
		d.ClassMask = flow.WholeClass
	case "dscp":
		d.ClassMask = flow.ClassDSCP
	case "none":
		d.Fields &^= flow.KeyClassOfService
		d.ClassMask = 0
	default:
		return usageError("--with-tos is %q, must be tos, dscp or none", text)
	}
	return nil
}

// parsedKey is what the text of a key says.
type parsedKey struct {
	definition flow.KeyDefinition
	named      flow.KeyFields // fields that have an entry of their own
	inner      bool           // a kind is of inner packets
}

// parseKey reads kinds and fields with commas between them. What a field says goes
// before what a kind does.
func parseKey(text string) (parsedKey, error) {
	k := parsedKey{definition: flow.KeyDefinition{Fields: flow.KeyVersion}}
	for entry := range strings.SplitSeq(text, ",") {
		if k.addKind(entry) {
			continue
		}
		if err := k.addField(entry); err != nil {
			return parsedKey{}, err
		}
	}
	if k.definition.Fields&flow.KeyTunnel != 0 {
		k.definition.Fields &^= flow.KeyTunnelID // it says less
	}
	k.definition.WithoutIP = k.named&flow.KeyVersion == 0 && k.definition.Fields&ofIP == 0
	return k, nil
}

// ofIP are the fields that only IP packets have, but for the version, which is in every
// key.
const ofIP = flow.KeySource | flow.KeyDestination | flow.KeySourcePort | flow.KeyDestinationPort | flow.KeyProtocol |
	flow.KeyClassOfService | flow.KeyTunnel | flow.KeyTunnelID | flow.KeyFlowLabel | flow.KeyTCPFlags

func (k *parsedKey) addKind(entry string) bool {
	for _, kind := range keyKinds() {
		if kind.name != entry {
			continue
		}
		if kind.fields&^k.named&flow.KeyClassOfService != 0 {
			k.definition.ClassMask = flow.WholeClass
		}
		k.definition.Fields |= kind.fields
		k.inner = k.inner || kind.name == vxlanKey
		return true
	}
	return false
}

// addField adds one field.
func (k *parsedKey) addField(entry string) error {
	name, prefix, masked := strings.Cut(entry, "/")
	field, class := keyField(name)
	switch {
	case field == 0:
		return fmt.Errorf("%q is neither a field nor a kind of keys", entry)
	case k.named&field != 0:
		return fmt.Errorf("%q: the key has that field already", entry)
	}
	k.named |= field
	k.definition.Fields |= field
	if field == flow.KeyClassOfService {
		k.definition.ClassMask = class
	}
	if !masked {
		return nil
	}
	lengths, err := parsePrefixLengths(prefix)
	switch {
	case err != nil:
		return fmt.Errorf("%q: %w", entry, err)
	case field == flow.KeySource:
		k.definition.Fields |= flow.KeySourceMask
		k.definition.Source = lengths
	case field == flow.KeyDestination:
		k.definition.Fields |= flow.KeyDestinationMask
		k.definition.Destination = lengths
	default:
		return fmt.Errorf("%q: only src_ip and dst_ip have a prefix length", entry)
	}
	return nil
}

// keyField gives the field of a name, and of the ToS octet the bits that it means.
func keyField(name string) (field flow.KeyFields, class uint8) {
	switch name {
	case "tos":
		return flow.KeyClassOfService, flow.WholeClass
	case "dscp":
		return flow.KeyClassOfService, flow.ClassDSCP
	case "precedence":
		return flow.KeyClassOfService, flow.ClassPrecedence
	case "mpls_label1":
		return flow.KeyMPLSLabel, 0
	}
	for _, f := range flow.KeyFieldNames() {
		if f.Name == name {
			return f.Field, 0
		}
	}
	return 0, 0
}

// parsePrefixLengths reads N, or N:M for IPv6 addresses that are no whole ones.
func parsePrefixLengths(text string) (flow.PrefixLengths, error) {
	first, second, both := strings.Cut(text, ":")
	if !both {
		second = "128"
	}
	ipv4, err := parsePrefixLength(first, 32)
	if err != nil {
		return flow.PrefixLengths{}, err
	}
	ipv6, err := parsePrefixLength(second, 128)
	return flow.PrefixLengths{IPv4: ipv4, IPv6: ipv6}, err
}

func parsePrefixLength(text string, most uint64) (uint8, error) {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n > most {
		return 0, fmt.Errorf("prefix length %q must be 0 to %d", text, most)
	}
	return uint8(n), nil
}
