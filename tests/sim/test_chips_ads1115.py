"""ADS1115 at register level: what the data sheet and the hardware design, chapter 4, say about each register."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sim.ads1115 import WAKE_NS, Ads1115

CONVERSION, CONFIG, LOW, HIGH = b"\x00", b"\x01", b"\x02", b"\x03"
MS = 1_000_000
PERIOD_860_NS = round(1e9 / 860)


class Bench:
    """One chip, a clock by hand, and a record of what was measured."""

    def __init__(self, volts: float = 0.5, **errors: float) -> None:
        self.now_ns = 10 * MS
        self.volts = volts
        self.windows: list[tuple[int, int, int]] = []
        self.chip = Ads1115(0x48, lambda: self.now_ns, self.mean_v, Random(7), **errors)

    def mean_v(self, mux: int, t0_ns: int, t1_ns: int) -> float:
        self.windows.append((mux, t0_ns, t1_ns))
        return self.volts

    def configure(self, config: int) -> None:
        self.chip.write(CONFIG + config.to_bytes(2, "big"))

    def register(self, pointer: bytes) -> int:
        self.chip.write(pointer)
        return int.from_bytes(self.chip.read(2), "big")

    def counts(self) -> int:
        raw = self.register(CONVERSION)
        return raw - 0x10000 if raw & 0x8000 else raw


def test_it_wakes_as_the_data_sheet_says() -> None:
    bench = Bench()
    bench.now_ns += 1000 * MS
    assert bench.chip.read(2) == b"\x00\x00"
    assert [bench.register(r) for r in (CONVERSION, CONFIG, LOW, HIGH)] == [0, 0x8583, 0x8000, 0x7FFF]
    assert bench.chip.alert_high
    assert bench.windows == []


def test_the_pointer_persists_so_a_fast_read_after_the_configuration_returns_the_configuration() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    bench.now_ns += 5 * MS
    bench.register(CONFIG)
    assert bench.chip.read(2) == b"\x06\xe3"
    assert bench.counts() == 16000


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_registers_hold_what_was_written(config: int, low: int, high: int) -> None:
    bench = Bench()
    bench.configure(config)
    bench.chip.write(LOW + low.to_bytes(2, "big"))
    bench.chip.write(HIGH + high.to_bytes(2, "big"))
    assert bench.register(CONFIG) & 0x7FFF == config & 0x7FFF
    assert (bench.register(LOW), bench.register(HIGH)) == (low, high)


def test_the_conversion_register_cannot_be_written_and_half_a_word_is_not_taken() -> None:
    bench = Bench()
    bench.chip.write(CONVERSION + b"\x12\x34")
    bench.chip.write(CONFIG + b"\x06")
    assert (bench.counts(), bench.register(CONFIG)) == (0, 0x8583)


@given(st.integers(0, 7), st.integers(0, 7), st.floats(-7, 7), st.integers(0, 7))
def test_a_single_shot_measures_its_channel_in_its_range_and_clips_at_the_end(
    mux: int, pga: int, volts: float, rate: int
) -> None:
    bench = Bench(volts)
    fsr_v = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)[pga]
    sps = (8, 16, 32, 64, 128, 250, 475, 860)[rate]
    bench.configure(0x8103 | mux << 12 | pga << 9 | rate << 5)
    end_ns = bench.now_ns + WAKE_NS + round(1e9 / sps)
    bench.now_ns = end_ns - 1
    assert bench.register(CONFIG) & 0x8000 == 0
    assert bench.counts() == 0
    bench.now_ns = end_ns
    assert bench.register(CONFIG) & 0x8000
    assert bench.counts() == max(-32768, min(32767, round(volts * (32768 / fsr_v))))
    assert bench.windows == [(mux, end_ns - round(1e9 / sps), end_ns)]


def test_after_a_single_shot_it_sleeps_with_its_result() -> None:
    bench = Bench()
    bench.configure(0xC3E3)
    bench.now_ns += 2 * MS
    assert bench.counts() == 4000
    bench.volts = 1.0
    bench.now_ns += 1000 * MS
    assert bench.counts() == 4000


def test_a_single_shot_is_not_restarted_while_it_runs() -> None:
    bench = Bench()
    bench.configure(0xC3E3)
    start_ns = bench.now_ns + WAKE_NS
    bench.now_ns += MS
    bench.configure(0xD3E3)
    bench.now_ns += 5 * MS
    assert bench.counts() == 4000
    assert bench.windows == [(4, start_ns, start_ns + PERIOD_860_NS)]
    assert bench.register(CONFIG) == 0xD3E3


@given(st.floats(-0.1, 0.1), st.integers(1, 400), st.integers(0, PERIOD_860_NS))
def test_continuous_mode_gives_the_last_whole_conversion_at_the_chips_own_rate(
    rate_error: float, conversions: int, more_ns: int
) -> None:
    bench = Bench(rate_error=rate_error)
    period_ns = round(1e9 / (860 * (1 + rate_error)))
    bench.configure(0x06E3)
    start_ns = bench.now_ns + WAKE_NS
    bench.now_ns = start_ns + conversions * period_ns + more_ns * (period_ns - 1) // PERIOD_860_NS
    assert bench.counts() == 16000
    assert bench.windows == [(0, start_ns + (conversions - 1) * period_ns, start_ns + conversions * period_ns)]
    bench.volts = 0.9
    assert bench.counts() == 16000, "the same conversion is not measured twice"
    assert bench.register(CONFIG) == 0x06E3


def test_a_new_configuration_in_continuous_mode_begins_after_the_running_conversion() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    start_ns = bench.now_ns + WAKE_NS
    bench.now_ns = start_ns + PERIOD_860_NS // 2
    bench.configure(0x16E3)
    bench.now_ns = start_ns + PERIOD_860_NS
    assert bench.counts() == 16000
    bench.now_ns += PERIOD_860_NS
    bench.counts()
    assert [mux for mux, _, _ in bench.windows] == [0, 1]
    assert bench.windows[1][1] == bench.windows[0][2] == start_ns + PERIOD_860_NS


def test_leaving_continuous_mode_finishes_the_conversion_and_sleeps() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    bench.now_ns += MS // 2
    bench.configure(0x07E3)
    assert bench.register(CONFIG) & 0x8000 == 0
    bench.now_ns += 50 * MS
    assert bench.counts() == 16000
    assert bench.register(CONFIG) & 0x8000
    assert len(bench.windows) == 1


def test_gain_error_and_noise_are_this_chips_own_and_come_back_from_the_seed() -> None:
    def thousand() -> list[int]:
        bench = Bench(gain_error=0.001, noise_lsb=1.0)
        bench.configure(0x06E3)
        found = []
        for _ in range(1000):
            bench.now_ns += 5 * MS
            found.append(bench.counts())
        return found

    first = thousand()
    mean = sum(first) / len(first)
    rms = (sum((counts - mean) ** 2 for counts in first) / len(first)) ** 0.5
    assert mean == pytest.approx(16016, abs=0.2)
    assert 0.8 < rms < 1.2
    assert thousand() == first


def test_after_a_brown_out_it_reads_zero_and_restarted_by_hand_the_current_reads_half() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    bench.now_ns += 5 * MS
    bench.chip.brown_out()
    bench.now_ns += 5 * MS
    assert bench.counts() == 0
    assert bench.register(CONFIG) == 0x8583
    bench.configure(0x0483)
    bench.now_ns += 10 * MS
    assert bench.counts() == 8000


def test_general_call_resets_by_06_alone() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    bench.chip.general_call(0x09)
    assert bench.register(CONFIG) == 0x06E3
    bench.chip.general_call(0x06)
    assert bench.register(CONFIG) == 0x8583


def test_a_frozen_chip_repeats_its_last_result_and_its_registers_still_look_well() -> None:
    bench = Bench()
    bench.configure(0x06E3)
    bench.now_ns += 5 * MS
    bench.chip.freeze()
    bench.volts = 0.25
    bench.now_ns += 5 * MS
    assert (bench.counts(), bench.register(CONFIG)) == (16000, 0x06E3)
    bench.chip.thaw()
    bench.now_ns += 5 * MS
    assert bench.counts() == 8000


class Alert(Bench):
    """Continuous, +-4.096 V, thresholds at 1 V and 2 V."""

    def __init__(self, comparator: int, low: int = 8000, high: int = 16000) -> None:
        super().__init__(0.5)
        self.chip.write(LOW + (low & 0xFFFF).to_bytes(2, "big"))
        self.chip.write(HIGH + (high & 0xFFFF).to_bytes(2, "big"))
        self.configure(0x42E0 | comparator)
        self.now_ns += WAKE_NS

    def after(self, volts: float, conversions: int = 1) -> bool:
        self.volts = volts
        self.now_ns += conversions * PERIOD_860_NS
        return self.chip.alert_high


def test_traditional_comparator_has_hysteresis() -> None:
    bench = Alert(0b00000)
    assert [bench.after(v) for v in (0.5, 1.5, 2.5, 1.5, 0.5)] == [True, True, False, False, True]


def test_window_comparator_and_polarity() -> None:
    bench = Alert(0b11000)
    assert [bench.after(v) for v in (0.5, 1.5, 2.5, 1.5)] == [True, False, True, False]


@pytest.mark.parametrize(("queue", "needed"), [(0, 1), (1, 2), (2, 4)])
def test_the_queue_counts_conversions_in_a_row(queue: int, needed: int) -> None:
    bench = Alert(queue)
    assert bench.after(2.5, needed - 1) if needed > 1 else True
    assert bench.after(1.5)
    assert not bench.after(2.5, needed)


def test_a_latched_alert_stays_until_the_result_is_read() -> None:
    bench = Alert(0b00100)
    assert [bench.after(v) for v in (2.5, 0.5, 0.5)] == [False, False, False]
    bench.counts()
    assert bench.after(0.5)


def test_a_disabled_comparator_leaves_the_pin_to_its_pull_up() -> None:
    bench = Alert(0b11011)
    assert bench.after(2.5)


def test_conversion_ready_pulses_in_continuous_mode_and_follows_the_state_in_single_shot() -> None:
    bench = Alert(0b00000, low=0x0000, high=0x8000)
    assert not bench.after(0.5)
    bench.now_ns += 9_000
    assert bench.chip.alert_high
    single = Bench()
    single.chip.write(LOW + b"\x00\x00")
    single.chip.write(HIGH + b"\x80\x00")
    single.configure(0xC3E0)
    assert single.chip.alert_high
    single.now_ns += 2 * MS
    assert not single.chip.alert_high
