// Package randomcapture makes random captures for property tests, writes them
// as pcap files, and changes them in ways whose effect on the tables is known
// (metamorphic relations). Everything is a function of its arguments: the same
// seed gives the same capture. It knows nothing of the packages under test.
//
// The packets are chosen to be difficult: few hosts and ports so that keys meet
// again, times on the edges of timers and intervals, headers that are cut or
// contradict themselves.
package randomcapture
