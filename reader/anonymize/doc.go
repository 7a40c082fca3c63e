// Package anonymize replaces the addresses of flows by others that keep what the
// addresses have in common: two addresses that agree in their first n bits are replaced by
// two that agree in their first n bits, and differ in the next if these do. It is Crypto-PAn
// (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address Anonymization", ICNP 2002), technique 6
// of anonymizationTechnique (RFC 6235 section 4.1.3), for IPv4, IPv6 and hardware addresses.
//
// One secret always gives the same replacements, so that the tables of many runs can be
// joined; who knows it can undo them. Who can send packets through the observation point, or
// knows some of the hosts by what they do, can learn the prefixes of others step by step: RFC
// 6235 section 4.1.3 and 9.2. It hides addresses from readers, not from attackers.
package anonymize
