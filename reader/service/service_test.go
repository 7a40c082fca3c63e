package service

import "testing"

// TestSorted: services are looked up by halving.
func TestSorted(t *testing.T) {
	for i := range services {
		if i > 0 && services[i-1].Name >= services[i].Name {
			t.Errorf("%s stands in front of %s", services[i-1].Name, services[i].Name)
		}
		if s, ok := Lookup(services[i].Name); !ok || s != services[i] {
			t.Errorf("%s: got %v, %v", services[i].Name, s, ok)
		}
	}
	if s, ok := Lookup("nosuch"); ok {
		t.Errorf("nosuch: got %v", s)
	}
}

// TestOneRegisteredName: each port that has a name has one that is registered.
func TestOneRegisteredName(t *testing.T) {
	type port struct {
		udp    bool
		number uint16
	}
	names := make(map[port]int)
	for s := range All() {
		for _, p := range []struct {
			port       port
			registered bool
		}{{port{false, s.TCP}, s.RegisteredTCP()}, {port{true, s.UDP}, s.RegisteredUDP()}} {
			if p.port.number == 0 {
				continue
			}
			names[p.port] += 0
			if p.registered {
				names[p.port]++
			}
		}
	}
	for p, n := range names {
		if n != 1 {
			t.Errorf("%+v has %d registered names", p, n)
		}
	}
	if http, _ := Lookup("http"); http.TCP != 80 || !http.RegisteredTCP() {
		t.Errorf("got %+v for http", http)
	}
	if www, _ := Lookup("www"); www.TCP != 80 || www.RegisteredTCP() {
		t.Errorf("got %+v for www", www)
	}
}
