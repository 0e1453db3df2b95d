"""Where exactly the two area monitors speak, on volts that are computed by hand from skin, bath and electrodes."""

from math import exp

import pytest
from healthy import healthy

from appliance.safety.monitors.area import AreaLevel, AreaTrend, SkinResistance
from appliance.safety.sample import Sample

READING_NS = 10_000_000
SHARE_AT_10_MA = 10.0 / 10.05  # half way at 0.05 mA
# What two electrodes do: 1.0 to 1.5 V a side, in 1 to 5 s.
ELECTRODES = [(2.0, 1.0), (2.0, 2.2), (2.0, 5.0), (3.0, 1.0), (3.0, 2.2), (3.0, 5.0)]


class Loop:
    """Skin without a bath, behind electrodes that stand at 2.5 V: the middle of what the explanations say."""

    def __init__(self, ma: float = 20.0, *, inst_ohm: float = 0.0) -> None:
        self.skin = SkinResistance()
        self.trend, self.level = AreaTrend(self.skin), AreaLevel(self.skin)
        self.s: Sample = healthy(set_ma=ma)
        self.s.r_inst_ohm = inst_ohm
        self.read(0.0, 3000, state="CONTACT")  # half a minute: every explanation's electrodes are at their end

    def read(self, skin_v: float, times: int = 1, *, state: str = "HOLD") -> tuple[bool, bool]:
        """So many conversions; whether level and trend spoke in one of them."""
        s, level, trend = self.s, False, False
        s.state = state  # type: ignore[assignment]
        for _ in range(times):
            s.t_ns += READING_NS
            s.patient_v = skin_v + s.return_ma * s.r_inst_ohm / 1000.0 + 2.5
            level = self.level.check(s) is not None or level
            trend = self.trend.check(s) is not None or trend
        return level, trend


# ------------------------------------------------------------ the estimate


@pytest.mark.parametrize("at", range(len(ELECTRODES)))
@pytest.mark.parametrize("for_s", [0.5, 2.0, 8.0])
def test_an_explanation_that_is_true_finds_the_skin(at: int, for_s: float) -> None:
    """Electrodes that charge from nothing as a capacitor does, 10 mA, 700 ohm of bath and 1300 of skin."""
    end_v, tau_s = ELECTRODES[at]
    skin, s = SkinResistance(), healthy(set_ma=10.0)
    s.r_inst_ohm = 700.0
    for n in range(round(for_s * 100) + 1):
        s.t_ns += READING_NS
        s.patient_v = 10.0 * 2.0 + end_v * SHARE_AT_10_MA * (1.0 - exp(-n * 0.01 / tau_s))
        skin.update(s)
    assert skin.raw_ohm[at] == pytest.approx(1300.0, abs=1.5)
    assert skin.smooth_ohm[at] == pytest.approx(1300.0, abs=1.5)


@pytest.mark.parametrize("at", range(len(ELECTRODES)))
def test_the_other_direction_turns_the_electrodes_from_helping_to_opposing(at: int) -> None:
    """Charged one way for half a minute, a second of rest, then the other way for two."""
    end_v, tau_s = ELECTRODES[at]
    skin, s = SkinResistance(), healthy(set_ma=10.0)
    s.r_inst_ohm = 700.0
    for _ in range(3001):
        s.t_ns += READING_NS
        skin.update(s)
    s.state, s.return_ma = "REVERSE", 0.0
    for _ in range(100):
        s.t_ns += READING_NS
        skin.update(s)
    left_v = end_v * SHARE_AT_10_MA * exp(-1.0 / tau_s)
    s.state, s.return_ma, s.reversed = "HOLD", 10.0, True
    for n in range(1, 201):
        s.t_ns += READING_NS
        moved = 1.0 - exp(-n * 0.01 / tau_s)
        signed_v = left_v + (-end_v * SHARE_AT_10_MA - left_v) * moved
        s.patient_v = 10.0 * 2.0 - signed_v
        skin.update(s)
    assert skin.raw_ohm[at] == pytest.approx(1300.0, abs=4.0)


def test_a_tick_counts_once_whoever_asks() -> None:
    skin, s = SkinResistance(), healthy()
    s.t_ns += READING_NS
    assert skin.update(s)
    assert skin.update(s)
    assert skin.count == 1
    s.t_ns += READING_NS
    s.patient_v = None
    assert not skin.update(s)
    assert not skin.update(s)
    assert skin.count == 1


@pytest.mark.parametrize("at", range(len(ELECTRODES)))
def test_the_probe_takes_the_electrodes_half_the_way(at: int) -> None:
    """Half a minute at 0.05 mA; the first conversion at 10 mA still finds them there."""
    skin, s = SkinResistance(), healthy("CONTACT")
    s.return_ma = 0.05
    for _ in range(3001):
        s.t_ns += READING_NS
        skin.update(s)
    s.state, s.return_ma, s.ramp_base_ma, s.r_inst_ohm = "HOLD", 10.0, 10.0, 700.0
    s.t_ns += READING_NS // 2
    s.patient_v = 20.0 + 0.5 * ELECTRODES[at][0]
    assert skin.update(s)
    assert skin.raw_ohm[at] == pytest.approx(1300.0, abs=1.0)


def test_electrodes_are_never_beyond_their_end() -> None:
    """Ten seconds between two ticks, as after a machine that stood still, are no more than all the time there is."""
    skin, s = SkinResistance(), healthy(set_ma=10.0)
    s.r_inst_ohm = 0.0
    skin.update(s)
    s.t_ns += 10_000_000_000
    s.patient_v = 20.0
    skin.update(s)
    for at, (end_v, _tau_s) in enumerate(ELECTRODES):
        assert skin.raw_ohm[at] == pytest.approx((20.0 - end_v * SHARE_AT_10_MA) * 100.0)


@pytest.mark.parametrize(("return_ma", "estimated"), [(0.05, True), (0.0, False), (-0.05, False)])
def test_as_long_as_any_current_flows_there_is_an_estimate(return_ma: float, estimated: bool) -> None:
    skin, s = SkinResistance(), healthy()
    s.return_ma = return_ma
    assert skin.update(s) is estimated


@pytest.mark.parametrize(("ramp_base_ma", "estimated"), [(3.0, True), (2.99, False)])
def test_skin_is_estimated_from_3_ma_on(ramp_base_ma: float, estimated: bool) -> None:
    skin, s = SkinResistance(), healthy()
    s.ramp_base_ma = ramp_base_ma
    assert skin.update(s) is estimated


def test_without_skin_nothing_has_risen() -> None:
    """Fewer volts than the electrodes have: no explanation explains anything."""
    loop = Loop()
    assert loop.read(-2.5, 50) == (False, False)
    assert loop.read(-2.0, 50) == (False, False)


# ------------------------------------------------------------ trend: 12 % in 100 ms, 30 % in 1 s


@pytest.mark.parametrize(("share", "speaks"), [(1.11, False), (1.13, True)])
def test_a_step_of_12_percent_is_a_leaving_hand(share: float, speaks: bool) -> None:
    loop = Loop()
    loop.read(35.0, 20)
    assert loop.read(35.0 * share)[1] is speaks


@pytest.mark.parametrize(("a_reading", "readings", "speaks"), [(1.0108, 14, False), (1.012, 10, True)])
def test_it_looks_back_exactly_100_ms(a_reading: float, readings: int, speaks: bool) -> None:
    """11.3 % in ten conversions and 13.8 in twelve; 12.7 in ten and 10.0 in eight."""
    loop = Loop()
    loop.read(35.0, 20)
    assert any(loop.read(35.0 * a_reading**n)[1] for n in range(1, readings + 1)) is speaks


@pytest.mark.parametrize(("a_reading", "readings", "speaks"), [(1.0025, 125, False), (1.003, 100, True)])
def test_it_looks_back_exactly_a_second(a_reading: float, readings: int, speaks: bool) -> None:
    """28.4 % in a hundred conversions and 34.9 in 120; 34.9 in a hundred and 27.1 in eighty."""
    loop = Loop()
    loop.read(35.0, 110)
    assert any(loop.read(35.0 * a_reading**n)[1] for n in range(1, readings + 1)) is speaks


@pytest.mark.parametrize(("more_v", "speaks"), [(0.52, False), (0.56, True)])
def test_a_tenth_of_bath_and_body_may_be_skin(more_v: float, speaks: bool) -> None:
    """20 mA, 1 kohm of bath, 100 ohm of skin: 225 with slack and the electrodes at their least, 12 % are 0.54 V."""
    loop = Loop(inst_ohm=1000.0)
    loop.read(2.0, 20)
    assert loop.read(2.0 + more_v)[1] is speaks


@pytest.mark.parametrize(("skin_v", "more_v", "speaks"), [(0.4, 0.33, False), (0.4, 0.37, True)])
def test_skin_that_is_less_than_what_the_bath_may_be_off_is_watched_too(
    skin_v: float, more_v: float, speaks: bool
) -> None:
    """20 mA, 1 kohm of bath, 20 ohm of skin: 145 with the slack and the electrodes at their least, 12 % are 0.348 V."""
    loop = Loop(inst_ohm=1000.0)
    loop.read(skin_v, 20)
    assert loop.read(skin_v + more_v)[1] is speaks


def test_nothing_is_compared_with_what_was_before_the_first_reading() -> None:
    loop = Loop(inst_ohm=1000.0)
    assert loop.read(10.0, 110) == (False, False)


@pytest.mark.parametrize("state", ["PAUSED", "RAMP_DOWN"])
def test_what_was_before_a_pause_is_no_past(state: str) -> None:
    loop = Loop()
    loop.read(20.0, 20)
    loop.read(20.0, 1, state=state)
    assert loop.read(35.0, 30) == (False, False)


def test_what_was_before_a_weak_current_is_no_past() -> None:
    """Below 3 mA the electrodes hide the skin: it begins anew above."""
    loop = Loop()
    loop.read(20.0, 20)
    loop.s.ramp_base_ma = 2.9
    loop.read(20.0, 1)
    loop.s.ramp_base_ma = 20.0
    assert not loop.read(35.0, 30)[1]


# ------------------------------------------------------------ level: k times its reference


@pytest.mark.parametrize(
    ("ma", "share", "speaks"),
    [
        (20.0, 1.14, False),  # 67 % of the ceiling: k would be 1.06, and is 1.15
        (20.0, 1.17, True),
        (10.0, 1.232, False),  # a third of it: k = 1.24
        (10.0, 1.258, True),
        (3.0, 2.00, False),  # a tenth: k = 2.08
        (3.0, 2.20, True),
    ],
)
def test_the_weaker_the_current_the_more_of_a_hand_may_leave(ma: float, share: float, speaks: bool) -> None:
    loop = Loop(ma)
    loop.read(35.0, 5)
    assert loop.read(35.0 * share, 3)[0] is speaks


@pytest.mark.parametrize(("more_v", "speaks"), [(0.65, False), (0.70, True)])
def test_a_tenth_of_bath_and_body_may_be_skin_for_the_level_too(more_v: float, speaks: bool) -> None:
    """225 ohm with the slack and the electrodes at their least, of which 15 % are 0.675 V."""
    loop = Loop(inst_ohm=1000.0)
    loop.read(2.0, 20)
    assert loop.read(2.0 + more_v, 3)[0] is speaks


def test_two_readings_are_needed() -> None:
    loop = Loop()
    loop.read(30.0, 5)
    assert not loop.read(36.0)[0]
    assert not loop.read(30.0, 5)[0]
    assert not loop.read(36.0)[0]
    assert loop.read(36.0, 2)[0]


def test_whoever_begins_in_the_midst_needs_two_as_well() -> None:
    level, s = AreaLevel(SkinResistance()), healthy(set_ma=20.0)
    s.r_inst_ohm = 0.0
    spoke = []
    for volts in (30.0, 42.0, 42.0):  # smoothed over two: 36 V are 20 % more
        s.t_ns += READING_NS
        s.patient_v = volts
        spoke.append(level.check(s) is not None)
    assert spoke == [False, False, True]


def test_a_new_ramp_needs_two_again() -> None:
    """Its first reading is the reference, whatever was above another one before; smoothed over two, 42 V are 20 %."""
    loop = Loop()
    loop.read(30.0, 5)
    assert not loop.read(42.0)[0]
    loop.read(0.0, 1, state="PAUSED")
    loop.read(30.0, 1)
    assert not loop.read(42.0)[0]
    assert loop.read(42.0)[0]


def test_the_reference_follows_down_at_once() -> None:
    loop = Loop()
    loop.read(35.0, 5)
    loop.read(28.0, 5)
    assert loop.read(28.0 * 1.18, 3)[0]


@pytest.mark.parametrize(("share", "speaks"), [(1.236, False), (1.255, True)])
def test_the_reference_follows_up_by_4_percent_a_minute(share: float, speaks: bool) -> None:
    """Skin at 1.10 of it for two minutes: 1.0816, and 1.15 times that are 1.244."""
    loop = Loop()
    loop.read(35.0, 5)
    assert not loop.read(35.0 * 1.10, 12_000)[0]
    assert loop.read(35.0 * share, 3)[0] is speaks


@pytest.mark.parametrize(("lowest", "share", "speaks"), [(1.0, 3.25, False), (1.0, 3.40, True), (0.5, 1.70, True)])
def test_the_reference_never_follows_beyond_1_6_times_the_lowest(lowest: float, share: float, speaks: bool) -> None:
    """3 mA, where k is 2.08; 13 minutes of drying could take it to 1.67."""
    loop = Loop(3.0)
    loop.read(35.0, 5)
    loop.read(35.0 * lowest, 5)
    assert not loop.read(35.0 * lowest * 2.0, 78_000)[0]
    assert loop.read(35.0 * share, 3)[0] is speaks
