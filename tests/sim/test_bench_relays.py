"""K1, K2 and K3 with faults: contacts, travel times and what their read-backs say."""

from itertools import pairwise

import pytest
from bench_rig import BOARD, Rig, armed, treated


def kept(phenotype: str = "typical_palm", ma: float = 5.0) -> Rig:
    """Only K1 can still open: Q2 shorted and the clamp gone."""
    rig = treated(phenotype, ma=ma)
    rig.bench.act("high_side_short")
    rig.bench.act("clamp_open")
    return rig


def test_a_welded_k1_stays_closed_and_says_so() -> None:
    rig = kept()
    rig.bench.act("relay_weld")
    rig.pin("enable", False)
    rig.run_ms(100)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    assert not rig.level("safety_relay_readback")


def test_a_dead_k1_falls_and_never_closes_again() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("relay_dead")
    rig.run_ms(BOARD.relay.release_ms)
    assert rig.bench.true_ma == 0.0
    assert rig.level("safety_relay_readback")
    rig.pin("enable", False)
    rig.run_ms(50)
    rig.pin("enable", True)
    rig.run_ms(50)
    assert rig.bench.true_ma == 0.0


def test_a_burnt_contact_of_k1_opens_behind_a_mirror_that_says_closed() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("relay_contact_open")
    rig.run_ms(5)
    assert rig.bench.true_ma == 0.0
    assert not rig.level("safety_relay_readback")


def test_a_slow_k1_lets_the_current_go_on_when_nothing_else_cuts() -> None:
    rig = kept()
    rig.bench.act("relay_slow", release_ms=200.0)
    rig.pin("enable", False)
    rig.run_ms(110)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.run_ms(100)
    assert rig.bench.true_ma == 0.0


@pytest.mark.parametrize("closed", [True, False])
def test_a_stuck_mirror_says_the_same_whatever_k1_does(closed: bool) -> None:
    rig = treated(ma=5.0)
    rig.bench.act("mirror_stuck", closed=closed)
    assert rig.level("safety_relay_readback") is closed
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.pin("enable", False)
    rig.run_ms(50)
    assert rig.level("safety_relay_readback") is closed
    assert not rig.bench.circuit.k1_closed


def test_a_stuck_k2_keeps_the_direction() -> None:
    rig = armed()
    rig.bench.act("polarity_weld")
    rig.pin("enable", False)
    rig.pin("polarity", True)
    rig.run_ms(60)
    rig.pin("enable", True)
    rig.volts(20.0)
    rig.run_ms(40)
    rig.set_ma(2.0)
    rig.run_ms(30)
    assert rig.bench.true_ma > 1.8
    assert not rig.level("polarity_readback")


def test_a_slow_k2_arrives_late() -> None:
    rig = armed()
    rig.bench.act("polarity_slow", ms=300.0)
    rig.pin("enable", False)
    rig.pin("polarity", True)
    rig.run_ms(290)
    assert not rig.level("polarity_readback")
    rig.run_ms(20)
    assert rig.level("polarity_readback")


def test_bouncing_contacts_of_k2_open_the_loop_as_often_as_they_bounce() -> None:
    rig = treated(ma=5.0)
    rig.kick()
    rig.bench.act("polarity_bounce", ms=2.0, count=3)
    flows = [rig.bench.true_ma > 0.0]
    for _ in range(30):
        rig.dead_ms(0.5)
        flows.append(rig.bench.true_ma > 0.0)
    assert sum(now and not before for before, now in pairwise(flows)) == 3
    assert flows[-1]
    assert not rig.level("polarity_readback")


@pytest.mark.parametrize("says", [True, False])
def test_a_stuck_read_back_of_k2_lies_in_one_of_two_directions(says: bool) -> None:
    rig = armed()
    rig.bench.act("polarity_readback_stuck", reversed=says)
    seen = []
    for reverse in (False, True):
        rig.pin("enable", False)
        rig.pin("polarity", reverse)
        rig.run_ms(60)
        seen.append((rig.bench.relays.polarity == -1, rig.level("polarity_readback")))
    assert seen == [(False, says), (True, says)]


def test_a_dummy_load_that_stays_in_place_takes_the_current_and_cuts_k1() -> None:
    rig = treated(ma=5.0)
    rig.bench.act("dummy_relay_stuck", on=True)
    rig.run_ms(40)
    assert rig.bench.true_ma == 0.0
    assert rig.bench.meter_ma() == pytest.approx(5.0, rel=0.05)
    assert rig.level("safety_relay_readback")


def test_a_dummy_load_that_never_comes_leaves_the_person_in_the_self_test() -> None:
    rig = armed()
    rig.pin("enable", False)
    rig.bench.act("dummy_relay_stuck", on=False)
    rig.pin("dummy_load", True)
    rig.run_ms(60)
    rig.pin("enable", True)
    rig.volts(20.0)
    rig.run_ms(40)
    rig.set_ma(2.0)
    rig.run_ms(40)
    assert rig.bench.true_ma == pytest.approx(2.0, rel=0.06)
