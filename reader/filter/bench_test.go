package filter

import "testing"

// BenchmarkMatch takes the frames of a web page and of name service in turn.
func BenchmarkMatch(b *testing.B) {
	frames := [][]byte{ethernet(0x0800, web), ethernet(0x0800, query), ethernet(0x86dd, web6)}
	for _, expression := range []string{
		"ip", "tcp", "tcp port 443", "port 53", "host 192.0.2.1", "net 10.0.0.0/8 or net 192.168.0.0/16",
		"tcp[tcpflags] & tcp-syn != 0", "vlan and tcp port 80", "not (host 192.0.2.1 and port 53)",
	} {
		b.Run(expression, func(b *testing.B) {
			parsed, err := Parse(expression)
			if err != nil {
				b.Fatal(err)
			}
			program, err := parsed.Compile(Capture{LinkType: linkEthernet})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			selected := 0
			for i := range b.N {
				frame := frames[i%len(frames)]
				if program.Match(frame, uint32(len(frame))) {
					selected++
				}
			}
			if selected > b.N {
				b.Fatal("more frames were selected than there are")
			}
		})
	}
}
