package main

import (
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"netstream/aggregate/statistics"
)

// featureOptions are the flags that ask for statistics of the packets of a flow.
type featureOptions struct {
	features string

	kept statistics.Settings // what features says
}

// defaultEarly is how many of the first packets of a flow are kept if nobody says.
const defaultEarly = 20

func (o *featureOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.features, "features", "", "add statistics of the packets of each flow: stats (lengths, gaps, active and idle periods), splt or splt:N (lengths, directions and gaps of the first N packets, 20 if not said), with commas between them (docs/features.md)")
}

// validate says what the text of the flag means.
func (o *featureOptions) validate() error {
	const hint = "--features stats, --features splt:50 and --features stats,splt are such"
	o.kept = statistics.Settings{}
	if o.features == "" {
		return nil
	}
	for name := range strings.SplitSeq(o.features, ",") {
		kind, number, numbered := strings.Cut(name, ":")
		switch {
		case name == "stats" && !o.kept.Moments:
			o.kept.Moments = true
		case kind == "splt" && o.kept.Early == 0:
			o.kept.Early = defaultEarly
			if !numbered {
				continue
			}
			n, err := strconv.Atoi(number)
			if err != nil || n < 1 || n > statistics.MaxEarly {
				return fail(exitUsage, hint, "cannot use --features: %q packets, must be 1 to %d", number, statistics.MaxEarly)
			}
			o.kept.Early = n
		case name == "stats" || kind == "splt":
			return fail(exitUsage, hint, "cannot use --features: %s is asked for twice", kind)
		default:
			return fail(exitUsage, hint, "cannot use --features: %q is neither stats nor splt", name)
		}
	}
	return nil
}

// addParameters adds the effective value to the parameters of the run.
func (o *featureOptions) addParameters(to map[string]string) {
	var names []string
	if o.kept.Moments {
		names = append(names, "stats")
	}
	if o.kept.Early > 0 {
		names = append(names, "splt:"+strconv.Itoa(o.kept.Early))
	}
	to["features"] = strings.Join(names, ",")
}
