package flow

// Fields is a set of what a flow record can tell besides key and times. For flows
// that this program meters itself it is [MeteredFields]; exporters tell what they
// like.
type Fields uint64

// The fields.
const (
	FieldPackets            Fields = 1 << iota // Counters.Packets
	FieldOctets                                // Counters.Octets
	FieldWireOctets                            // Counters.WireOctets
	FieldPayloadOctets                         // Counters.PayloadOctets
	FieldTCPFlagCounts                         // Record.TCPFlagCounts
	FieldFragments                             // Record.Fragments
	FieldMinTTL                                // Record.MinTTL
	FieldMaxTTL                                // Record.MaxTTL
	FieldMinOctets                             // Record.MinOctets
	FieldMaxOctets                             // Record.MaxOctets
	FieldEndReason                             // Record.EndReason
	FieldFirstPacket                           // Record.FirstNumber is that of a packet
	FieldFlows                                 // Export.Flows
	FieldInIf                                  // Export.InIf
	FieldOutIf                                 // Export.OutIf
	FieldDirection                             // Export.Direction
	FieldNextHop                               // Export.NextHop
	FieldBGPNextHop                            // Export.BGPNextHop
	FieldSourceAS                              // Export.SourceAS
	FieldDestinationAS                         // Export.DestinationAS
	FieldSourceMask                            // Export.SourceMask
	FieldDestinationMask                       // Export.DestinationMask
	FieldForwardingStatus                      // Export.ForwardingStatus
	FieldNATSource                             // Export.NATSource
	FieldNATDestination                        // Export.NATDestination
	FieldNATSourcePort                         // Export.NATSourcePort
	FieldNATDestinationPort                    // Export.NATDestinationPort
	FieldNATEvent                              // Export.NATEvent
	FieldFirewallEvent                         // Export.FirewallEvent
	FieldApplication                           // Export.Application
	FieldIngressVRF                            // Export.IngressVRF
	FieldEgressVRF                             // Export.EgressVRF
	FieldLabels                                // Export.Labels
	FieldSampling                              // Export.Population and Sample: the sampling rate is known
	FieldNames                                 // any of Export's names is not 0
	FieldElements                              // Export.Elements is not empty
	FieldSourceMAC                             // Record.SourceMAC, of an exported record
	FieldDestinationMAC                        // Record.DestinationMAC, of an exported record
	FieldOuterSource                           // Export.OuterSource
	FieldOuterDestination                      // Export.OuterDestination
	FieldReverse                               // Record.Reverse, IntervalRecord.Reverse
)

// MeteredFields are the fields of the flows that this program meters.
const MeteredFields = FieldPackets | FieldOctets | FieldWireOctets | FieldPayloadOctets | FieldTCPFlagCounts |
	FieldFragments | FieldMinTTL | FieldMaxTTL | FieldMinOctets | FieldMaxOctets | FieldEndReason | FieldFirstPacket

// HeaderFields are what only a direction with packets has.
const HeaderFields = FieldMinTTL | FieldMaxTTL | FieldMinOctets | FieldMaxOctets
