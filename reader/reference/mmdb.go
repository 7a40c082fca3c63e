package reference

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"

	"github.com/oschwald/maxminddb-golang/v2"
)

// maxDatabase bounds a MaxMind DB file, which is held in memory, in octets.
const maxDatabase = 2 << 30

// isMMDB says whether the content begins with a whole small MaxMind DB: the marker of
// its metadata is there. Large ones are known by being no text.
func isMMDB(head []byte) bool { return bytes.Contains(head, []byte("\xab\xcd\xefMaxMind.com")) }

// content is what a network of a database says. What it does not say is zero.
type content struct {
	as      uint32
	asName  string
	country string
}

// readMMDB reads the networks of a MaxMind DB. use says whether it had use for one.
// IPv4 networks that the file has once more as IPv6 ones, such as 2002::/16, are not
// given twice.
func readMMDB(in io.Reader, report *Report, use func(netip.Prefix, content) bool) error {
	report.Format = formatMMDB
	whole, err := io.ReadAll(io.LimitReader(in, maxDatabase+1))
	if err != nil {
		return err
	}
	if len(whole) > maxDatabase {
		report.fault(Fault{Text: fmt.Sprintf("the file has more than %d octets", maxDatabase)})
		return nil
	}
	db, err := maxminddb.OpenBytes(whole)
	if err != nil {
		report.fault(Fault{Text: fmt.Sprintf("it is neither a text, nor MRT, nor a MaxMind DB: %v", err)})
		return nil
	}
	known := make(map[uintptr]content) // by place in the file; networks share their contents
	var networks uint
	for network := range db.Networks(maxminddb.IncludeNetworksWithoutData()) {
		// A tree with n nodes has n + 1 leaves. Where branches meet again it has no end.
		if networks++; networks > db.Metadata.NodeCount+1 {
			report.fault(Fault{Text: fmt.Sprintf("the search tree has more than %d networks", db.Metadata.NodeCount+1)})
			break
		}
		if err := network.Err(); err != nil {
			report.fault(Fault{Text: err.Error()})
			continue
		}
		if !network.Found() {
			continue
		}
		at := network.Offset()
		c, ok := known[at]
		if !ok {
			if c, err = contentOf(network); err != nil {
				report.fault(Fault{Text: fmt.Sprintf("%s: %v", network.Prefix(), err)})
			}
			known[at] = c
		}
		if use(network.Prefix(), c) {
			report.Entries++
		} else {
			report.LeftOut++
		}
	}
	return nil
}

// contentOf reads the fields of the databases that are in use: those of MaxMind, and
// flat ones.
func contentOf(network maxminddb.Result) (content, error) {
	var value any
	if err := network.Decode(&value); err != nil {
		return content{}, err
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return content{}, nil
	}
	var c content
	switch country := fields["country"].(type) {
	case map[string]any:
		c.country, _ = country["iso_code"].(string)
	case string:
		c.country = country
	}
	if c.country == "" {
		c.country, _ = fields["country_code"].(string)
	}
	for _, name := range []string{"autonomous_system_organization", "as_name", "as_org"} {
		if c.asName == "" {
			c.asName, _ = fields[name].(string)
		}
	}
	for _, name := range []string{"autonomous_system_number", "asn", "as_number"} {
		if c.as == 0 {
			c.as = numberOfAS(fields[name])
		}
	}
	return c, nil
}

// numberOfAS gives the number of an autonomous system, 0 if the value is none.
func numberOfAS(value any) uint32 {
	switch v := value.(type) {
	case uint64:
		if v <= 1<<32-1 {
			return uint32(v)
		}
	case string:
		as, _ := parseAS(v) // what is none is not known
		return as
	}
	return 0
}
