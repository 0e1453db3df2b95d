"""A simulated board on the virtual clock, opened as a technician's command opens one."""

from datetime import date
from typing import NamedTuple

from appliance.config import load_board
from appliance.hal.board import HardwareBoard, bench_board
from appliance.hal.calibration import Day
from appliance.service.calibrate import Calibrator, InstantMeter, Meter, Outcome
from appliance.service.dummy_load import DummyLoad
from appliance.sim.bench import Bench

NUMBERS = load_board()
TODAY = Day(date(2026, 5, 1), trusted=True)


def nothing() -> None:
    pass


class Rig(NamedTuple):
    bench: Bench
    board: HardwareBoard

    def calibrate(self, meter: Meter | None = None, said: list[str] | None = None) -> Outcome:
        told = [] if said is None else said
        own = InstantMeter(self.bench.meter_ma)
        return Calibrator(self.board, NUMBERS, self.bench.clock, meter or own, told.append).run(TODAY)

    def dummy_load(self) -> DummyLoad:
        """On at zero."""
        load = DummyLoad(self.board, NUMBERS, self.bench.clock, nothing)
        load.wake()
        return load


def rig(seed: int = 1) -> Rig:
    bench = Bench(NUMBERS, phenotype="typical_palm", seed=seed)
    return Rig(bench, bench_board(NUMBERS, bench.i2c, bench.pins, bench.clock))
