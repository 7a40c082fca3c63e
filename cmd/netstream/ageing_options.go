package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"netstream/aggregate/meter"
)

// ageingOptions are the flags that say when metered flows end.
type ageingOptions struct {
	profile        string
	idleTimeout    duration
	activeTimeout  duration
	timeouts       []string
	tcpEnd         string
	endGrace       duration
	maxFlowBytes   octets
	maxFlowPackets uint64
	cutEvery       duration
	maxFlows       int

	settings meter.Settings // what they and the profile amount to, without the interval
	key      string         // kind of key that the profile has
	biflow   bool           // the profile has biflows
}

func (o *ageingOptions) addFlags(flags *pflag.FlagSet) {
	o.idleTimeout = duration(30 * time.Second)
	o.activeTimeout = duration(30 * time.Minute)

	flags.StringVar(&o.profile, "profile", defaultProfile, "let flows have the key of those of a product and age as they do: "+strings.Join(profileNames(), ", ")+"; --key, --with-tos and the flags below override it")
	flags.Var(&o.idleTimeout, "idle-timeout", "end a flow when no packet came for longer (inactive timeout); with --stitch the longest gap between records that are joined")
	flags.Var(&o.activeTimeout, "active-timeout", "end a flow that lasts longer; 0 for never")
	flags.StringArrayVar(&o.timeouts, "timeout", nil, "timers of a protocol, PROTO=IDLE[/ACTIVE]; PROTO is tcp, udp, icmp, other or a number (repeatable)")
	flags.StringVar(&o.tcpEnd, "tcp-end", "grace", "what FIN and RST do to their flow: grace, immediate, existing or ignore; fin=RULE,rst=RULE for different ones")
	flags.Var(&o.endGrace, "end-grace", "a flow that FIN or RST ended by the rule grace still takes packets, but no SYN, until it was silent for longer")
	flags.Lookup("end-grace").DefValue = "the idle timeout of TCP"
	flags.Var(&o.maxFlowBytes, "max-flow-bytes", "a packet that would take the bytes of a flow record above this begins the next one, as 32-bit counters do with 4294967295; 0 for no limit")
	flags.Uint64Var(&o.maxFlowPackets, "max-flow-packets", 0, "the same of its packets; 0 for no limit")
	flags.Var(&o.cutEvery, "cut-every", "end all flows at the multiples of this on the clock, in UTC (forced ageing); 0 for never")
	flags.IntVar(&o.maxFlows, "max-flows", 0, "emulate a flow cache of so many entries: when it is full, the flow seen least recently ends; metering then has one worker; 0 for no limit")
}

// resolve says what the flags mean. Those that are given override the profile.
func (o *ageingOptions) resolve(flags *pflag.FlagSet) error {
	p, err := profileNamed(o.profile)
	if err != nil {
		return err
	}
	s := &o.settings
	*s, o.key, o.biflow = p.ageing, p.key, p.biflow
	if flags.Changed("idle-timeout") {
		s.IdleTimeout = time.Duration(o.idleTimeout)
		for protocol, own := range s.Protocols {
			own.Idle = s.IdleTimeout
			s.Protocols[protocol] = own
		}
	}
	if flags.Changed("active-timeout") {
		s.ActiveTimeout = time.Duration(o.activeTimeout)
		for protocol, own := range s.Protocols {
			own.Active = s.ActiveTimeout
			s.Protocols[protocol] = own
		}
	}
	if err := setTimeouts(s, o.timeouts); err != nil {
		return fail(exitUsage, "--timeout tcp=5m, --timeout udp=60s/30m and --timeout other=/0 are such", "cannot use --timeout: %w", err)
	}
	dropGeneral(s)
	if flags.Changed("tcp-end") {
		if s.Fin, s.Rst, err = parseTCPEnd(o.tcpEnd); err != nil {
			return err
		}
	}
	if flags.Changed("max-flow-bytes") {
		s.MaxOctets = uint64(o.maxFlowBytes)
	}
	s.MaxPackets, s.CutEvery = o.maxFlowPackets, time.Duration(o.cutEvery)
	if o.maxFlows < 0 || o.maxFlows > math.MaxInt32 {
		return usageError("a cache of %d flows cannot be, must be 0 (no limit) to %d", o.maxFlows, math.MaxInt32)
	}
	return o.resolveGrace(&p, flags.Changed("end-grace"))
}

func (o *ageingOptions) resolveGrace(p *profile, given bool) error {
	s := &o.settings
	s.EndGrace = s.TimersOf(protocolTCP).Idle
	if p.grace > 0 {
		s.EndGrace = min(s.EndGrace, p.grace)
	}
	if !given {
		return nil
	}
	if s.Fin != meter.EndByGrace && s.Rst != meter.EndByGrace {
		return fail(exitUsage, "--tcp-end grace is the rule that has one", "there is no end grace with --tcp-end %s", tcpEndText(s))
	}
	s.EndGrace = time.Duration(o.endGrace)
	return nil
}

// parseTCPEnd reads one rule for FIN and RST or fin=RULE,rst=RULE.
func parseTCPEnd(text string) (fin, rst meter.EndRule, err error) {
	names := [2]string{text, text}
	if first, second, two := strings.Cut(text, ","); two {
		var isFin, isRst bool
		names[0], isFin = strings.CutPrefix(first, "fin=")
		names[1], isRst = strings.CutPrefix(second, "rst=")
		if !isFin || !isRst {
			return 0, 0, fail(exitUsage, "--tcp-end fin=grace,rst=immediate is such", "%q is not fin=RULE,rst=RULE", text)
		}
	}
	var rules [2]meter.EndRule
	for i, name := range names {
		if rules[i], err = meter.ParseEndRule(name); err != nil {
			return 0, 0, fail(exitUsage, "docs/metering.md, section 4, defines the rules", "cannot use --tcp-end: %w", err)
		}
	}
	return rules[0], rules[1], nil
}

// tcpEndText words what FIN and RST do as the flag has it.
func tcpEndText(s *meter.Settings) string {
	if s.Fin == s.Rst {
		return s.Fin.String()
	}
	return "fin=" + s.Fin.String() + ",rst=" + s.Rst.String()
}

// addParameters adds every effective value to the parameters of the run.
func (o *ageingOptions) addParameters(parameters map[string]string) {
	s := &o.settings
	parameters["profile"] = o.profile
	parameters["idle_timeout"] = s.IdleTimeout.String()
	parameters["active_timeout"] = s.ActiveTimeout.String()
	parameters["timeouts"] = timeoutsText(s)
	parameters["tcp_end"] = tcpEndText(s)
	parameters["end_grace"] = s.EndGrace.String()
	parameters["max_flow_bytes"] = strconv.FormatUint(s.MaxOctets, 10)
	parameters["max_flow_packets"] = strconv.FormatUint(s.MaxPackets, 10)
	parameters["cut_every"] = s.CutEvery.String()
	parameters["max_flows"] = strconv.Itoa(o.maxFlows)
}
