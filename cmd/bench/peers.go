package main

import (
	"os"
	"path/filepath"
)

// peers gives what users would take instead, to flow records as text where the program has
// any: Debian's packages, with an active timeout of 300 s and an idle timeout of 60 s
// where they have those. argus makes flows of both directions, the others of one.
func peers(dir, capture string, load workload) []program {
	out := filepath.Join(dir, "peer")
	_ = os.MkdirAll(out, 0o700) // a failure shows when the peer writes there
	text := filepath.Join(dir, "peer.txt")
	nfcapd, argus := filepath.Join(out, "nfcapd"), filepath.Join(dir, "peer.argus")
	all := []program{
		{name: "nfpcapd, nfdump", wrote: nfcapd, steps: []step{
			{args: []string{"mkdir", "-p", nfcapd}},
			{args: []string{"nfpcapd", "-r", capture, "-l", nfcapd, "-e", "300,60"}},
			{args: []string{"nfdump", "-R", nfcapd, "-o", "csv"}, stdout: text},
		}},
		// It sends NetFlow 9 to a port where nobody listens: what a collector takes comes on top.
		command("softflowd", "", "softflowd", "-r", capture, "-d", "-v", "9", "-m", "8000000", "-t", "maxlife=300", "-t", "tcp=60", "-t", "tcp.rst=60",
			"-t", "tcp.fin=60", "-t", "udp=60", "-t", "icmp=60", "-t", "general=60", "-c", "none", "-p", filepath.Join(dir, "softflowd.pid"), "-n", "127.0.0.1:19995"),
		{name: "argus, ra", steps: []step{
			{args: []string{"rm", "-f", argus}},
			{args: []string{"argus", "-F", "/dev/null", "-S", "300", "-r", capture, "-w", argus}},
			{args: []string{"ra", "-F", "/dev/null", "-r", argus, "-c", ",", "-n", "-s", "stime,dur,proto,saddr,sport,daddr,dport,pkts,bytes,state"}, stdout: text},
		}},
	}
	if load.name == "full" { // minutes on the others
		all = append(all, program{name: "tshark -z conv", steps: []step{{args: []string{"tshark", "-n", "-r", capture, "-q", "-z", "conv,ip"}, stdout: text}}})
	}
	return all
}
