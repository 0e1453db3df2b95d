"""Water, plates, leads and leaks: what is felt, and what each of the two sensors sees of it."""

import pytest
from bench_rig import Rig, armed, marked, measuring, patient_v, return_ma, source_ma, treated


def test_salt_makes_water_conduct_better_and_other_water_may_conduct_worse() -> None:
    rig = armed()
    inst_ohm = [rig.bench.patient.r_inst_ohm]
    rig.bench.act("salt", teaspoons=1.0)
    rig.run_ms(50)
    inst_ohm.append(rig.bench.patient.r_inst_ohm)
    rig.bench.act("water", us_per_cm=2.0)
    rig.run_ms(50)
    inst_ohm.append(rig.bench.patient.r_inst_ohm)
    assert inst_ohm[1] < inst_ohm[0] - 50.0
    assert inst_ohm[2] > 10_000.0


def test_a_tray_that_runs_dry_leaves_ever_less_skin_to_the_same_current() -> None:
    rig = treated(ma=5.0, volts=47.0)
    rig.bench.act("tray_dry", side="right", to_area_cm2=10.0, over_s=10.0)
    densities = []
    for _ in range(3):
        rig.run_ms(3000)
        densities.append(rig.bench.felt.density_ma_per_cm2)
    assert densities == sorted(densities)
    assert rig.bench.true_areas_cm2[1] < 30.0 < 140.0 < rig.bench.true_areas_cm2[0]


def test_a_bare_plate_has_no_water_before_it() -> None:
    rig = treated(ma=5.0)
    inst_ohm = rig.bench.patient.r_inst_ohm
    rig.bench.act("bare_plate", side="left")
    rig.run_ms(50)
    assert inst_ohm - rig.bench.patient.r_inst_ohm == pytest.approx(44.0, abs=5.0)


def test_both_plates_in_one_tray_and_a_cable_look_like_their_resistance() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("one_tray")
    rig.run_ms(2000)
    assert rig.bench.true_volts / rig.bench.true_ma == pytest.approx(0.56, abs=0.6)
    rig.bench.act("short")
    rig.run_ms(50)
    assert rig.bench.true_volts < 0.1
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)


def test_a_broken_lead_ends_the_current_and_leaves_the_volts_waiting() -> None:
    rig = treated(ma=5.0, volts=40.0)
    rig.bench.act("lead_break")
    assert rig.bench.true_ma == 0.0
    rig.run_ms(5)
    assert rig.bench.felt.peak_open_v > 39.0
    rig.bench.act("lead_break", restore=True)
    rig.run_ms(5)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)


def test_a_flickering_lead_jolts() -> None:
    rig = treated(ma=10.0, volts=40.0)
    rig.bench.act("lead_flicker", ms=5.0, count=2)
    rig.run_ms(1)
    assert rig.bench.true_ma == 0.0
    marked(rig).run_ms(50)
    assert rig.bench.felt.window.peak_ma > 20.0


def test_a_loose_plate_takes_volts_and_no_skin() -> None:
    rig = treated(ma=10.0, volts=47.0)
    before_v = rig.bench.true_volts
    rig.bench.act("electrode_loose", ohm=1000.0)
    rig.run_ms(20)
    assert rig.bench.true_volts - before_v == pytest.approx(10.0, abs=0.5)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.02)


def test_a_return_leak_is_felt_and_only_the_source_sensor_sees_it() -> None:
    rig = measuring(treated(ma=10.0, volts=40.0))
    rig.bench.act("return_leak", ohm=2000.0)
    rig.run_ms(20)
    felt_ma = rig.bench.true_ma
    assert felt_ma > 12.0
    assert return_ma(rig) == pytest.approx(10.0, rel=0.04)
    assert source_ma(rig) == pytest.approx(felt_ma, rel=0.04)
    rig.bench.act("return_leak", restore=True)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.03)


def test_a_return_line_at_0_v_is_the_fault_table_s_shorted_sink() -> None:
    """Hardware design, chapter 5: P 17.4 mA after the peak; W at the limiter, by the source side."""
    rig = treated("very_sweaty_palm", ma=15.0, volts=46.0)
    rig.bench.act("latch_dead")
    limiter_ma = rig.bench.parts.limiter_ma
    rig.bench.act("return_leak", ohm=0.1)
    rig.run_ms(30)
    assert rig.bench.true_ma == pytest.approx(limiter_ma, rel=0.02)
    measuring(rig)
    assert return_ma(rig) < 0.1
    rig.dead_ms(100)
    assert rig.bench.true_ma == 0.0  # software dead: the pump


def test_a_leak_of_megohms_changes_nothing() -> None:
    rig, other = treated(ma=10.0), treated(ma=10.0)
    rig.bench.act("return_leak", ohm=1e9)
    for each in (rig, other):
        each.run_ms(300)
    assert rig.bench.true_ma == pytest.approx(other.bench.true_ma, rel=1e-4)
    assert rig.bench.true_volts == pytest.approx(other.bench.true_volts, rel=1e-3)


def test_a_source_leak_is_not_felt_and_the_source_sensor_sees_it() -> None:
    rig = measuring(treated(ma=10.0, volts=40.0))
    rig.bench.act("source_leak", ohm=10_000.0)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.03)
    assert return_ma(rig) == pytest.approx(10.0, rel=0.04)
    assert source_ma(rig) - 10.0 == pytest.approx(3.9, abs=0.5)  # 39 V over 10 k


def test_a_source_leak_that_takes_too_much_trips_the_source_comparator() -> None:
    rig = treated(ma=10.0, volts=40.0)
    rig.bench.act("source_leak", ohm=200.0)
    rig.dead_ms(2)
    assert not rig.level("latch_tripped")
    assert rig.bench.true_ma == 0.0


def test_a_source_leak_shows_with_the_loop_open() -> None:
    rig = armed()
    rig.bench.act("hands_out", over_s=0.05)
    rig.run_ms(100)
    rig.volts(40.0)
    rig.bench.act("source_leak", ohm=10_000.0)
    rig.run_ms(50)
    assert source_ma(rig) == pytest.approx(4.0, abs=0.3)


def swing_ma(rig: Rig) -> float:
    points = []
    for _ in range(20):
        rig.run_ms(3)
        points.append(return_ma(rig))
    return max(points) - min(points)


def test_a_burst_of_hum_swings_what_is_measured_and_ends() -> None:
    rig = measuring(treated(ma=10.0))
    calm_ma = swing_ma(rig)
    rig.bench.act("hum", share=0.2, for_s=0.1)
    assert swing_ma(rig) > 3.0 > calm_ma
    rig.run_ms(100)
    assert swing_ma(rig) < 1.0


def test_earthed_metal_alone_is_microamperes_and_a_failed_barrier_is_not() -> None:
    rig = measuring(treated(ma=2.0))
    rig.bench.patient.hum_share = 0.0
    rig.bench.act("earth_touch")
    assert swing_ma(rig) < 0.03
    assert rig.bench.felt.window.peak_hum_ma == pytest.approx(0.006)
    rig.bench.act("isolation_fails", ma=0.5)
    assert swing_ma(rig) > 0.5
    assert rig.bench.felt.total.peak_hum_ma == pytest.approx(0.5)


def test_a_leak_past_the_dummy_load_is_seen_too() -> None:
    rig = armed()
    rig.pin("enable", False)
    rig.pin("dummy_load", True)
    rig.run_ms(60)
    rig.pin("enable", True)
    rig.volts(40.0)
    rig.run_ms(20)
    rig.set_ma(5.0)
    rig.bench.act("return_leak", ohm=10_000.0)
    rig.run_ms(30)
    measuring(rig)
    assert source_ma(rig) - return_ma(rig) == pytest.approx(3.4, abs=0.5)
    assert rig.bench.true_ma == 0.0
    assert patient_v(rig) == pytest.approx(8.5, abs=0.7)
