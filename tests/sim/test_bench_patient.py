"""What people do, and what their skin does: each action's effect on the felt current, the loop and the areas."""

import pytest
from bench_rig import Rig, armed, marked, treated


def ohm(rig: Rig) -> float:
    return rig.bench.true_volts / abs(rig.bench.true_ma) * 1000.0


def test_a_jerk_leaves_little_skin_for_the_current_and_gives_it_back() -> None:
    rig = marked(treated(ma=10.0, volts=47.0))
    rig.bench.act("jerk", to_area_cm2=5.0, out_ms=60.0, stay_ms=80.0)
    rig.run_ms(100)
    assert rig.bench.true_areas_cm2[0] == pytest.approx(5.0, rel=0.06)
    assert rig.bench.felt.window.peak_density_ma_per_cm2 > 0.5
    rig.run_ms(200)
    assert min(rig.bench.true_areas_cm2) > 140.0


def test_a_jerk_out_of_the_water_opens_the_loop() -> None:
    rig = treated(ma=10.0)
    rig.bench.act("jerk", to_area_cm2=0.0, out_ms=30.0)
    rig.run_ms(60)
    assert rig.bench.true_ma == 0.0


def test_swapped_hands_take_their_skin_to_the_other_plate() -> None:
    rig = treated(ma=5.0)
    left, right = rig.bench.patient.left, rig.bench.patient.right
    dry = left.rho_ohm_cm2 = 3.0 * right.rho_ohm_cm2
    plates_v = left.e_end_v, right.e_end_v
    rig.bench.act("hand_swap", over_s=0.5)
    rig.run_ms(600)
    assert rig.bench.true_ma == 0.0
    rig.run_ms(600)
    assert rig.bench.true_ma > 1.0
    assert right.rho_ohm_cm2 == dry
    assert (left.e_end_v, right.e_end_v) == plates_v


def test_touching_hands_take_the_body_out_of_the_loop() -> None:
    rig = treated(ma=10.0)
    inst_ohm = rig.bench.patient.r_inst_ohm
    rig.bench.act("hands_touch", ohm=600.0)
    rig.run_ms(50)
    assert rig.bench.patient.r_inst_ohm == pytest.approx(inst_ohm - 300.0, abs=20.0)
    rig.bench.act("hands_touch", restore=True)
    rig.run_ms(50)
    assert rig.bench.patient.r_inst_ohm == pytest.approx(inst_ohm, rel=0.02)


def test_sweat_lowers_the_resistance_and_not_the_current() -> None:
    rig = treated(ma=10.0)
    before_ohm, inst_ohm = ohm(rig), rig.bench.patient.r_inst_ohm
    rig.bench.act("sweat", share=0.4, over_s=0.5)
    rig.run_ms(700)
    assert ohm(rig) < before_ohm - 0.3 * (before_ohm - inst_ohm)
    assert rig.bench.true_ma == pytest.approx(10.0, rel=0.03)


def test_sweat_under_limited_volts_raises_the_current_up_to_the_set() -> None:
    rig = treated("dry_palm", ma=15.0, volts=30.0)
    before_ma = rig.bench.true_ma
    assert before_ma < 14.0
    rig.bench.act("sweat", share=0.2, over_s=0.0)
    rig.run_ms(50)
    assert before_ma + 1.0 < rig.bench.true_ma < 15.6


def test_skin_that_gives_way_needs_fewer_volts() -> None:
    rig = treated(ma=10.0)
    before_v = rig.bench.true_volts
    rig.bench.act("skin_breaks", soften_v=3.0, hand="both")
    rig.run_ms(200)
    assert rig.bench.true_volts < before_v - 2.0


def test_a_cut_carries_a_hundred_times_the_density_and_jelly_ends_it() -> None:
    rig = treated(ma=10.0)
    rig.bench.act("cut", area_cm2=0.1)
    rig.run_ms(300)
    felt = marked(rig).bench.felt
    rig.run_ms(100)
    average = 10.0 / rig.bench.true_areas_cm2[0]
    assert 50.0 * average < felt.window.peak_spot_ma_per_cm2 < 400.0 * average
    assert felt.window.peak_density_ma_per_cm2 < 1.2 * average
    rig.bench.act("cut", restore=True)
    rig.run_ms(100)
    marked(rig).run_ms(100)
    assert felt.window.peak_spot_ma_per_cm2 == 0.0
    assert felt.total.peak_spot_ma_per_cm2 > 0.0


def test_a_child_in_an_adults_place_has_less_skin_and_bears_less() -> None:
    rig = armed()
    ceiling = rig.bench.felt.ceiling_ma_per_cm2
    rig.bench.act("other_person", phenotype="child_palm")
    rig.run_ms(20)
    assert rig.bench.true_areas_cm2 == (0.0, 0.0)
    rig.bench.act("hands_in")
    rig.run_ms(500)
    rig.volts(47.0)
    rig.ramp_to(15.0, 5.0)
    rig.run_ms(3000)
    assert max(rig.bench.true_areas_cm2) < 95.0
    assert rig.bench.felt.ceiling_ma_per_cm2 < ceiling
    assert rig.bench.felt.density_ma_per_cm2 > rig.bench.felt.ceiling_ma_per_cm2


def test_hands_in_out_and_lifted_move_the_area() -> None:
    rig = armed()
    rig.bench.act("lift", to_area_cm2=20.0, over_s=0.1, hand="right")
    rig.run_ms(150)
    left, right = rig.bench.true_areas_cm2
    assert right == pytest.approx(20.0, rel=0.06) and left > 140.0
    rig.bench.act("hands_out", over_s=0.1)
    rig.run_ms(150)
    assert rig.bench.true_areas_cm2 == (0.0, 0.0)
    rig.bench.act("hands_in")
    rig.run_ms(400)
    assert min(rig.bench.true_areas_cm2) > 140.0
