"""The bench: chips at register level, the circuit, patient and water. Reached only by name.

Where it is simpler than reality, on purpose:

- **Cutting is instant.** Q2 takes 21 us and the gate's clamp 0.5 us (deck 10); here OUT_OK off is zero at once. What
  lasts longer is modelled: K1, filters, op-amp recovery.
- **The limiter is a ceiling** at the temperature that the seed drew: it neither warms up nor rings. The first 0.1 us of
  a shorted sink is not resolved; steps begin at 2 us.
- **The sink is one integrator**, without the second-order behaviour that deck 01 shows to be harmless.
- **Skin** is two RCs whose resistance is frozen per step; no heat, no pH, no pain. `bare_plate` therefore only takes
  the water away. `cut` is a disc in water beside the skin; it is counted as `felt`'s spot, not in its density, which is
  current over wet area. Someone else (`other_person`) comes with the table's middle values, not with a seed.
- **Leaks** go from the board's side of K1 to the isolated 0 V and are static. Earth is not part of the loop: what comes
  through the barrier is an a.c. current on the return sensor and in `felt`'s hum, in no sum of charge or peak.
- **Mains hum** is a factor on what is measured; the felt current is without it.
- **Open parts** put their nodes to fixed volts (deck 08), and nothing is destroyed by them: no fault makes another.
- **Sensors**: a tap that opens or shorts changes what is read and what it takes, not the amplifier around it.
- **Rails** come and go at once; V_COMP falls with the regulator's own time even when its supply is gone. 5 V that sags
  moves no reference; only the supervisor and, far below, the chips' wake-up know it.
- **Relays** are one armature each, all poles together; contacts bounce only when told, and never arc.
- **Watchdog and pump** are times, not voltages: one edge fills the pump whole.
- **The bus** carries whole transfers. Noise flips a bit and is acknowledged; half a transfer does not exist. In real
  time a transfer takes no bench time, unless the clock is stretched.
- **Lines** have no rise time. One that is stuck is read by the Pi as it is stuck, also where the Pi drives it. Those of
  a dead process keep their levels, which is the worse of two cases.
- **The fuse** knows one point of its curve.
"""
