"""Where exactly `slew` speaks: its level begins at the probe, rises by 1.15 mA/s, falls by 0.5; 0.4 mA are let be."""

import pytest
from healthy import TICK_NS, healthy

from appliance.safety.monitors.slew import Slew
from appliance.safety.sample import Sample

BLOCK = 20  # ticks: 100 ms


class Watched:
    """A monitor and its sample; `stay` shows one set and one current for so many ticks."""

    def __init__(self) -> None:
        self.monitor = Slew()
        self.s: Sample = healthy("CONTACT")
        assert self.monitor.check(self.s) is None
        self.s.state = "RAMP_UP"

    def stay(self, set_ma: float, ticks: int = 1, current_ma: float | None = None) -> bool:
        for _ in range(ticks):
            self.s.t_ns += TICK_NS
            self.s.ramp_base_ma = set_ma
            self.s.return_ma = set_ma if current_ma is None else current_ma
            if self.monitor.check(self.s) is not None:
                return True
        return False


@pytest.mark.parametrize(("first_ma", "cut"), [(0.89, False), (0.92, True)])
def test_a_ramp_begins_at_the_probe(first_ma: float, cut: bool) -> None:
    """0.5 mA, 1.15 mA/s for a tick, and the margin: 0.906 mA."""
    assert Watched().stay(first_ma) is cut


@pytest.mark.parametrize(("step_ma", "cut"), [(0.40, False), (0.42, True)])
def test_a_step_beyond_the_margin_is_cut_wherever_it_comes(step_ma: float, cut: bool) -> None:
    """The level has come to 0.615 mA after the first block, where the set stood; a tick adds 0.006."""
    watched = Watched()
    assert not watched.stay(0.615, BLOCK)
    assert watched.stay(0.615 + step_ma) is cut


@pytest.mark.parametrize(("rise_ma_per_s", "cut"), [(1.14, False), (1.17, True)])
def test_the_level_rises_by_1_15_ma_a_second(rise_ma_per_s: float, cut: bool) -> None:
    """A ramp that rises a little faster gains on the level until the margin is used up."""
    watched = Watched()
    sets = [0.5 + rise_ma_per_s * n * 0.005 for n in range(1, 4600)]
    assert any(watched.stay(ma) for ma in sets) is cut


@pytest.mark.parametrize(("seconds", "back_ma", "cut"), [(1.0, 1.88, False), (1.0, 1.94, True), (2.0, 1.42, True)])
def test_the_level_falls_by_half_a_milliampere_a_second(seconds: float, back_ma: float, cut: bool) -> None:
    """2 mA, nothing for a while, and back at once: what came back from a moment's limiting is no rise."""
    watched = Watched()
    for n in range(1, 301):
        assert not watched.stay(0.5 + n * 0.005)
    assert not watched.stay(2.0, BLOCK)
    assert not watched.stay(0.0, round(seconds * 200))
    assert watched.stay(back_ma) is cut


@pytest.mark.parametrize("blocks_before", [0, 1, 2])
@pytest.mark.parametrize(("current_ma", "spoke"), [(1.011, None), (1.018, BLOCK)])
def test_the_current_is_a_mean_of_exactly_20_ticks(current_ma: float, spoke: int | None, blocks_before: int) -> None:
    """The set stands at the probe; 0.5 mA, a block's rise of 0.115 and the margin are 1.015 mA."""
    watched = Watched()
    assert not watched.stay(0.5, blocks_before * BLOCK)
    cut = [n for n in range(1, BLOCK + 1) if watched.stay(0.5, current_ma=current_ma)]
    assert cut == ([] if spoke is None else [spoke])


def test_one_block_leaves_nothing_to_the_next() -> None:
    """A surge of 5 mA in one tick of each block is 0.25 mA of the mean, for ever."""
    watched = Watched()
    for _ in range(50):
        assert not watched.stay(0.5, BLOCK - 1)
        assert not watched.stay(0.5, 1, current_ma=5.5)


@pytest.mark.parametrize("pause_s", [0.1, 10.0])
def test_what_flowed_before_a_pause_counts_for_nothing_after_it(pause_s: float) -> None:
    watched = Watched()
    assert not watched.stay(0.5, BLOCK // 2, current_ma=1.4)
    watched.s.state = "PAUSED"
    assert not watched.stay(0.0, round(pause_s * 200))
    watched.s.state = "RAMP_UP"
    assert not watched.stay(0.5, BLOCK, current_ma=0.7)
    assert not watched.stay(0.5, BLOCK, current_ma=1.0)
    assert watched.stay(0.5, BLOCK, current_ma=1.3)


def test_a_monitor_that_wakes_under_current_knows_no_time_before() -> None:
    """Its first tick has no length: the set may be the probe and the margin, and no more."""
    for set_ma, cut in ((0.89, False), (0.92, True)):
        monitor, s = Slew(), healthy("RAMP_UP", set_ma=set_ma)
        assert (monitor.check(s) is not None) is cut


@pytest.mark.parametrize(("current_ma", "spoke"), [(1.007, None), (1.012, BLOCK)])
def test_its_first_block_has_20_ticks_too(current_ma: float, spoke: int | None) -> None:
    """From its first tick on the level rises for 19: 0.5, 0.109 and 0.4 mA."""
    watched = Watched()
    watched.monitor = Slew()
    cut = [n for n in range(1, BLOCK + 1) if watched.stay(0.5, current_ma=current_ma)]
    assert cut == ([] if spoke is None else [spoke])
