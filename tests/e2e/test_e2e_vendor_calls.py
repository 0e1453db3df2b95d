"""A simulated treatment runs the vendor's own driver code, every tick of it: its functions are counted."""

import sys
from collections import Counter
from types import FrameType

import adafruit_mcp4725
from adafruit_ads1x15 import ads1x15
from adafruit_bus_device import i2c_device

from appliance.config import load_board
from appliance.link.messages import Plan
from appliance.proof.simulate import Simulation


def test_every_tick_of_a_simulated_treatment_runs_the_vendors_code() -> None:
    plan = Plan("hands", 4.0, 6.0, 60.0, "reverse_at_half", 1.0)
    simulation = Simulation(load_board(), plan, phenotype="typical_palm", seed=7, calibrate=False)
    files = {ads1x15.__file__: "adc", adafruit_mcp4725.__file__: "dac", i2c_device.__file__: "bus"}
    calls: Counter[tuple[str, str]] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            calls[files[frame.f_code.co_filename], frame.f_code.co_name] += 1

    sys.setprofile(profile)
    try:
        simulation.run()
    finally:
        sys.setprofile(None)

    assert simulation.daemon.session.outcome == "completed"
    ticks = simulation.daemon.tick_count
    assert ticks > 60 * 200
    print({f"{file}.{name}": n for (file, name), n in sorted(calls.items())}, ticks, "ticks")
    assert calls["adc", "get_last_result"] >= ticks, "the return ADC, every tick"
    assert calls["adc", "_write_config"] >= 0.9 * ticks, "a conversion of the monitor ADC, every tick"
    assert calls["dac", "raw_value"] >= 0.3 * ticks, "the current DAC: dither, ramps, probes"
    assert calls["bus", "__enter__"] >= ticks
