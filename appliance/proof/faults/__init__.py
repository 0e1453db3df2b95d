"""The fault campaign: every fault of the bench and of the software, in every state, on every simulated person."""
