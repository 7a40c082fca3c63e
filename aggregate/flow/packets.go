package flow

// BatchPackets is how many packets go from stage to stage at a time: 136 KiB of them, so
// that the few batches of a run stay in the second-level cache between two stages. Half as
// many, and the scheduler shows in the profile.
const BatchPackets = 1024
