package flow

// BatchPackets is how many packets go from stage to stage at a time: 272 KiB of them,
// which stay in the cache between two stages.
const BatchPackets = 2048
