"""Capacitance under current, on a skin computed on paper: how exact it is, and where exactly the monitor speaks."""

import pytest
from exact_skin import ExactSkin, Ticks

from appliance.safety.monitors.capacitance import AreaCapacitance

# A typical palm: 0.7 kohm of bath and body, skin of 1 uF and 7 ms, so that it is found among the tau that are tried.
INST_OHM = 700.0
TAU_S = 0.4e-3 * 100 ** (14 / 23)
CONTACT_F = 1e-6
FIRST_LOOK = 123  # tick: eight conversions fill the filter, fifty make two blocks; a tick tries three of 24 tau
LOOK = 50  # ticks from a look to the next: a quarter of a second
LEAST_SHARE = 0.7879  # of C_s at 25 mA over 150 cm2: 0.65 of one of two hands, so 1.3 / 1.65


def hand(share: float, *, base_ma: float = 25.0, step_ma: float = 0.3) -> Ticks:
    """Skin with so much of CONTACT's capacitance left."""
    ticks = Ticks(ExactSkin(INST_OHM, TAU_S / (share * CONTACT_F), share * CONTACT_F), base_ma=base_ma, step_ma=step_ma)
    ticks.s.contact_c_f = CONTACT_F
    return ticks


def first_word(ticks: Ticks, up_to: int = 800, monitor: AreaCapacitance | None = None) -> int | None:
    """The tick, from 1, at which the monitor speaks."""
    watching = monitor or AreaCapacitance()
    for tick in range(1, up_to + 1):
        if watching.check(ticks.next()) is not None:
            return tick
    return None


# ------------------------------------------------------------ how much, and how soon


@pytest.mark.parametrize(("of_least", "speaks"), [(0.99, True), (1.01, False)])
def test_too_little_skin_is_said_after_six_looks(of_least: float, speaks: bool) -> None:
    spoke = first_word(hand(of_least * LEAST_SHARE))
    assert spoke == (FIRST_LOOK + 5 * LOOK if speaks else None)


@pytest.mark.parametrize(("of_least", "looks"), [(0.89, 2), (0.91, 6)])
def test_far_too_little_skin_is_said_after_two_looks(of_least: float, looks: int) -> None:
    assert first_word(hand(of_least * LEAST_SHARE)) == FIRST_LOOK + (looks - 1) * LOOK


@pytest.mark.parametrize(("base_ma", "looks"), [(10.0, 6), (10.4, 6), (10.6, 2), (11.0, 2)])
def test_from_35_percent_of_the_density_on_two_looks_are_enough(base_ma: float, looks: int) -> None:
    """150 cm2 at 0.2 mA/cm2: 10.5 mA."""
    assert first_word(hand(0.3, base_ma=base_ma)) == FIRST_LOOK + (looks - 1) * LOOK


@pytest.mark.parametrize(
    ("base_ma", "share"),
    [
        (3.0, 0.75),
        (10.0, 0.75),  # a third of the ceiling: six tenths of the hand, 1.2 of two in series over 1.6
        (15.0, 0.75),
        (15.5, 0.7654),
        (15.6, 0.7685),  # 0.52 of the ceiling, 0.624 of the hand
        (16.0, 0.7805),
        (16.25, 0.7879),
        (25.0, 0.7879),  # never more than 0.65
    ],
)
def test_what_must_stay_of_a_hand(base_ma: float, share: float) -> None:
    assert AreaCapacitance().least_share(hand(1.0, base_ma=base_ma).s) == pytest.approx(share, abs=1e-4)


def test_looks_that_see_too_little_must_follow_each_other() -> None:
    """Five, one that sees enough, and it begins again."""
    monitor, ticks = AreaCapacitance(), hand(0.95 * LEAST_SHARE)
    assert first_word(ticks, FIRST_LOOK + 4 * LOOK, monitor) is None
    ticks.s.contact_c_f = 0.9 * CONTACT_F
    assert first_word(ticks, LOOK, monitor) is None
    ticks.s.contact_c_f = CONTACT_F
    assert first_word(ticks, 400, monitor) == 6 * LOOK


def test_looks_that_see_far_too_little_must_follow_each_other() -> None:
    monitor, ticks = AreaCapacitance(), hand(0.85 * LEAST_SHARE)
    assert first_word(ticks, FIRST_LOOK, monitor) is None
    ticks.s.contact_c_f = 0.9 * CONTACT_F
    assert first_word(ticks, LOOK, monitor) is None
    ticks.s.contact_c_f = CONTACT_F
    assert first_word(ticks, 400, monitor) == 2 * LOOK


# ------------------------------------------------------------ where it watches


@pytest.mark.parametrize(("base_ma", "watches"), [(2.0, True), (1.99, False)])
def test_it_watches_from_2_ma_on(base_ma: float, watches: bool) -> None:
    assert (first_word(hand(0.3, base_ma=base_ma)) is not None) is watches


def test_the_least_capacitance_that_contact_found_is_compared_with() -> None:
    ticks = hand(0.3)
    ticks.skin = ExactSkin(INST_OHM, TAU_S / 1e-8, 1e-8)
    ticks.s.contact_c_f = 4e-8
    assert first_word(ticks) is not None


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_a_pause_forgets_every_look(looks: int) -> None:
    """Two blocks, and all looks, are asked for anew."""
    monitor, ticks = AreaCapacitance(), hand(0.95 * LEAST_SHARE)
    assert first_word(ticks, FIRST_LOOK + (looks - 1) * LOOK, monitor) is None
    ticks.s.state = "PAUSED"
    assert first_word(ticks, 11, monitor) is None
    ticks.s.state = "RAMP_UP"
    assert first_word(ticks, 800, monitor) == FIRST_LOOK + 5 * LOOK


def test_a_pause_forgets_a_look_that_saw_far_too_little() -> None:
    monitor, ticks = AreaCapacitance(), hand(0.85 * LEAST_SHARE)
    assert first_word(ticks, FIRST_LOOK, monitor) is None
    ticks.s.state = "PAUSED"
    assert first_word(ticks, 11, monitor) is None
    ticks.s.state = "HOLD"
    assert first_word(ticks, 800, monitor) == FIRST_LOOK + LOOK


def test_a_pause_in_the_midst_of_a_look_forgets_its_half() -> None:
    monitor, ticks = AreaCapacitance(), hand(0.95 * LEAST_SHARE)
    assert first_word(ticks, FIRST_LOOK - 4, monitor) is None
    ticks.s.state = "PAUSED"
    assert first_word(ticks, 11, monitor) is None
    ticks.s.state = "HOLD"
    assert first_word(ticks, 800, monitor) == FIRST_LOOK + 5 * LOOK


def test_noise_that_a_look_has_seen_is_what_the_next_one_expects() -> None:
    """Fast skin, a bath 40 ohm wrong: the first look believes CONTACT more than those that have seen no noise."""
    tau_s = 0.4e-3 * 100 ** (3 / 23)
    ticks = hand(1.0, step_ma=0.0293)
    left_f = 1.02 * LEAST_SHARE * CONTACT_F
    ticks.skin = ExactSkin(INST_OHM, tau_s / left_f, left_f)
    ticks.s.r_inst_ohm = INST_OHM - 40.0
    assert first_word(ticks) is None


# ------------------------------------------------------------ what a look needs


@pytest.mark.parametrize(("missing", "late"), [(1, 16), (0, 0)])
def test_conversions_that_are_missing_begin_the_filter_anew(missing: int, late: int) -> None:
    """20 ms between two are a gap, 10 are none: nine more conversions, in place of the one that was missing."""
    monitor, ticks = AreaCapacitance(), hand(0.95 * LEAST_SHARE)
    assert first_word(ticks, 20, monitor) is None
    for _ in range(missing):
        for _ in range(2):
            s = ticks.next()
            s.patient_v = s.volts_age_s = None
            assert monitor.check(s) is None
    rest = FIRST_LOOK + 5 * LOOK - 20
    spoke = first_word(ticks, 800, monitor)
    assert spoke is not None
    assert spoke - rest == pytest.approx(late, abs=4) if missing else spoke == rest


@pytest.mark.parametrize(("late_ns", "speaks"), [(4_500_000, True), (5_500_000, False)])
def test_conversions_that_come_late_are_no_gap_up_to_15_ms(late_ns: int, speaks: bool) -> None:
    """Every second one is late: they are 14.5 and 5.5 ms apart, or 15.5 and 4.5."""
    monitor, ticks, spoke = AreaCapacitance(), hand(0.3), False
    for tick in range(800):
        s = ticks.next()
        on_time_ns = s.t_ns
        s.t_ns += late_ns if tick % 4 == 1 else 0
        spoke = monitor.check(s) is not None or spoke
        s.t_ns = on_time_ns
    assert spoke is speaks


@pytest.mark.parametrize(("age_s", "speaks"), [(2.4e-3, True), (2.6e-3, False)])
def test_a_step_older_than_half_a_tick_asked_nothing(age_s: float, speaks: bool) -> None:
    ticks = hand(0.3)
    ticks.age_s = age_s
    assert (first_word(ticks) is not None) is speaks


def test_ages_that_nobody_told_are_none() -> None:
    """Half of the conversions without an age: the others tell it; all without: nothing can be said."""

    def spoken(every: int) -> int | None:
        monitor, ticks = AreaCapacitance(), hand(0.3)
        for tick in range(1, 801):
            s = ticks.next()
            if tick % every == 0:
                s.volts_age_s = None
            if monitor.check(s) is not None:
                return tick
        return None

    assert spoken(4) == FIRST_LOOK + LOOK
    assert spoken(1) is None


def squares(at: int) -> float:
    """Two conversions up, two down."""
    return 1.0 if at % 8 < 4 else -1.0


@pytest.mark.parametrize(("step_ma", "speaks"), [(0.0076, False), (0.0081, True)])
def test_steps_of_half_the_dithers_strength_are_asked_for(step_ma: float, speaks: bool) -> None:
    """The filter makes 6.47 of such a square, 3.5 of the dither's 4 codes (29 uA): half of that are 7.84 uA."""
    ticks = hand(0.3, step_ma=step_ma)
    ticks.skin = ExactSkin(INST_OHM, 40e3, TAU_S / 40e3)
    ticks.pattern = squares
    assert (first_word(ticks) is not None) is speaks


@pytest.mark.parametrize("converted", [0, 1])
def test_a_set_that_moves_at_every_second_tick_alone_tells_nothing(converted: int) -> None:
    ticks = hand(0.3)
    ticks.pattern = lambda at: squares(at) if at % 2 == converted else 0.0
    assert first_word(ticks) is None
