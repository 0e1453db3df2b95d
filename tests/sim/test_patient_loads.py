"""The simulated patient: loop ohms, skin, area, and what is felt."""

from itertools import pairwise

import pytest
from bench_rig import BOARD, Rig, S, treated

from appliance.errors import ConfigError
from appliance.sim.bench import Bench

# clinical.md, 'The load': loop ohms after onset, at the site's default current or at 44 V
LOOPS = [
    ("very_sweaty_palm", "hands", 1070, 15.0),
    ("typical_palm", "hands", 1990, 15.0),
    ("dry_palm", "hands", 4700, 15.0),
    ("child_palm", "child_hands", 2750, 8.0),
    ("typical_sole", "feet", 1950, 20.0),
    ("callused_sole", "feet", 4500, 20.0),
    ("underarm", "underarms", 2120, 5.0),
]


def after_onset(phenotype: str, site: str, ma: float, seed: int) -> Rig:
    """Ramped to `ma` or to 44 V, and held for a minute and a half."""
    rig = treated(phenotype, 0.0, 47.8, site=site, seed=seed)
    set_ma = 0.25
    for _ in range(140):
        volts = rig.bench.true_volts
        set_ma += 0.25 if volts < 43.5 and set_ma < ma else -0.25 if volts > 44.3 else 0.0
        rig.set_ma(set_ma)
        rig.run_ms(700)
    return rig


@pytest.mark.parametrize(("phenotype", "site", "ohm", "ma"), LOOPS)
@pytest.mark.parametrize("seed", [1, 8])
def test_loop_after_onset(phenotype: str, site: str, ohm: float, ma: float, seed: int) -> None:
    bench = after_onset(phenotype, site, ma, seed).bench
    assert bench.true_volts / bench.true_ma * 1000.0 == pytest.approx(ohm, rel=0.10)


def test_seeds_make_different_people() -> None:
    loops = {round(treated(seed=seed, ma=5.0).bench.true_volts, 6) for seed in range(4)}
    assert len(loops) == 4


def test_the_skin_gives_way_under_current_and_dries_later() -> None:
    rig = treated(seed=2)
    fresh_v = rig.bench.true_volts
    rig.run_ms(60_000)
    soft_v = rig.bench.true_volts
    assert soft_v < 0.95 * fresh_v
    rig.run_ms(600_000)
    assert rig.bench.true_volts > 1.02 * soft_v


@pytest.mark.parametrize(
    ("load", "low_ohm", "high_ohm"),
    [
        ("cable_short", 0.0, 5.0),
        ("one_tray", 500.0, 3500.0),
        ("dummy_load", 995.0, 1005.0),
        ("distilled", 9000.0, 90000.0),
    ],
)
def test_loads_that_are_no_patient(load: str, low_ohm: float, high_ohm: float) -> None:
    rig = treated(load, 0.3, 5.0)
    rig.run_ms(1000)
    assert low_ohm < rig.bench.true_volts / rig.bench.true_ma * 1000.0 < high_ohm


def test_a_lift_concentrates_the_current_continuously() -> None:
    rig = treated(ma=15.0, volts=47.0, seed=5)
    bench = rig.bench
    bench.felt.mark(bench.now_ns)
    bench.act("lift", to_area_cm2=60.0, over_s=1.0, hand="right")
    areas = []
    for _ in range(100):
        rig.run_ms(10)
        areas.append(bench.true_areas_cm2[1])
    assert all(a > b for a, b in pairwise(areas))
    assert areas[-1] == pytest.approx(60.0, rel=0.03)
    assert bench.true_areas_cm2[0] > 140.0
    felt = bench.felt.window
    assert felt.peak_density_ma_per_cm2 == pytest.approx(15.0 / 60.0, rel=0.06)
    assert felt.ms_over_density > 50.0
    assert 0.0 < felt.excess_uc_per_cm2 < 50.0


def test_a_lifted_hand_uses_up_the_volts() -> None:
    rig = treated(ma=15.0, volts=38.0)
    rig.bench.act("lift", to_area_cm2=10.0, over_s=0.3)
    rig.run_ms(500)
    assert not rig.bench.regulated
    assert rig.bench.true_ma < 14.0


def test_hands_out_opens_the_loop_and_hands_in_closes_it() -> None:
    rig = treated()
    rig.bench.act("hands_out", over_s=0.3)
    rig.run_ms(310)
    assert rig.bench.true_ma == 0.0
    assert rig.bench.true_areas_cm2 == (0.0, 0.0)
    rig.bench.act("hands_in")
    rig.run_ms(1000)
    assert rig.bench.true_ma > 10.0


def test_felt_charge_is_current_times_time() -> None:
    rig = treated(ma=10.0)
    rig.bench.felt.mark(rig.bench.now_ns)
    ma = rig.bench.true_ma
    rig.run_ms(20_000)
    assert rig.bench.felt.window.charge_mc == pytest.approx(ma * 20.0, rel=1e-3)
    assert rig.bench.felt.total.charge_mc > rig.bench.felt.window.charge_mc


def test_hum_is_measured_but_not_felt() -> None:
    rig = treated(ma=10.0)
    bench = rig.bench
    bench.felt.mark(bench.now_ns)
    readings = []
    for _ in range(40):
        rig.run_ms(1.7)
        t_ns = bench.now_ns
        readings.append(bench.front_end.return_v(0, t_ns - 1_163_000, t_ns) / bench.parts.r_measure_ohm * 1000.0)
    swing_ma = max(readings) - min(readings)
    assert 0.1 < swing_ma < 0.5  # 1-2 % of 10 mA, up and down
    assert bench.felt.window.peak_ma < bench.true_ma * 1.001


def test_salt_makes_the_bath_conduct() -> None:
    rig = treated("distilled", 0.2, 5.0)
    rig.run_ms(500)
    before_ma = rig.bench.true_ma
    rig.bench.act("salt", teaspoons=1.0)
    rig.run_ms(500)
    assert rig.bench.true_ma > before_ma


def test_slew_sees_a_jolt_and_not_a_ramp() -> None:
    rig = treated(ma=10.0)
    rig.run_ms(200)
    rig.bench.felt.mark(rig.bench.now_ns)
    for step in range(100):
        rig.set_ma(10.0 - 0.01 * step)
        rig.run_ms(20)
    assert rig.bench.felt.window.peak_slew_ma_per_s < 1.0
    rig.bench.act("lead_break")
    rig.run_ms(120)
    assert rig.bench.felt.window.peak_slew_ma_per_s > 50.0


def test_an_unknown_phenotype_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"E504.*typical_palm"):
        Bench(BOARD, phenotype="martian")


def test_the_log_keeps_what_was_felt() -> None:
    rig = treated(ma=2.0)
    rig.bench.felt.log_every_ns = S // 10
    rig.run_ms(1000)
    assert 9 <= len(rig.bench.felt.log) <= 12
