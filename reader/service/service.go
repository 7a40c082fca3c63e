// Package service knows the names of ports.
package service

import (
	"iter"
	"slices"
	"strings"
)

// Service is the name of a port, of TCP or UDP or both.
type Service struct {
	Name     string
	TCP, UDP uint16 // 0 if the name is of the other protocol only

	registration registration
}

// registration says of which protocols' port the name is the registered one, and not
// another name beside it. A port has one registered name at most.
type registration uint8

const (
	alias registration = 0
	tcp   registration = 1 << iota
	udp
)

// RegisteredTCP says whether the port of TCP has this name by registration.
func (s *Service) RegisteredTCP() bool { return s.registration&tcp != 0 }

// RegisteredUDP says the same of the port of UDP.
func (s *Service) RegisteredUDP() bool { return s.registration&udp != 0 }

// All gives all names in their order, other names of the same port included.
func All() iter.Seq[Service] { return slices.Values(services[:]) }

// Lookup gives the service of a name.
func Lookup(name string) (Service, bool) {
	at, found := slices.BinarySearchFunc(services[:], name, func(s Service, name string) int { return strings.Compare(s.Name, name) })
	if !found {
		return Service{}, false
	}
	return services[at], true
}
