"""Pure: hard limits, the one constraint chain, the monitors. No I/O, no clock, no hardware."""
