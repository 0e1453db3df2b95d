"""Every action belongs to the bench that it happened to: snapshots carry it, other benches never see it."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from bench_rig import BOARD, Rig, configure, treated, word

from appliance.sim.actions import ACTIONS, LATER, Family, Needs, Value, checked
from appliance.sim.bench import Bench
from appliance.sim.wire import Act, decode_question

CASES = [(name, case) for name, action in ACTIONS.items() for case in action.cases]
IDS = ["-".join([name, *(f"{key}={value}" for key, value in case.items())]) for name, case in CASES]


def future(rig: Rig, ms: int = 120) -> list[object]:
    """What is felt, read and seen for a while; what the bus refuses belongs to it."""
    seen: list[object] = []
    for tick in range(ms // 5):
        rig.run_ms(5)
        for address in (BOARD.adc.return_.address, BOARD.adc.source.address):
            try:
                seen.append(word(rig, address, 1 if tick == 3 else 0))
            except OSError as error:
                seen.append(error.errno)
        seen += [rig.bench.now_ns, rig.bench.true_ma, rig.bench.true_volts, *rig.bench.true_areas_cm2]
    seen += [rig.bench.felt.total, rig.bench.felt.window, dict(rig.bench.panel.levels)]
    return seen


@pytest.fixture(scope="module")
def before() -> bytes:
    """A bench in treatment, both ADCs running."""
    rig = treated(ma=5.0, seed=6)
    configure(rig, BOARD.adc.return_.address, BOARD.adc.return_.config)
    configure(rig, BOARD.adc.source.address, BOARD.adc.patient_volts.config & ~0x0100)
    return rig.bench.snapshot()


@pytest.fixture(scope="module")
def untouched(before: bytes) -> list[object]:
    return future(Rig(Bench.restore(before)))


@pytest.mark.parametrize(("name", "case"), CASES, ids=IDS)
def test_a_snapshot_carries_the_action_and_the_bench_before_it_knows_nothing(
    name: str, case: Mapping[str, Value], before: bytes, untouched: list[object]
) -> None:
    rig = Rig(Bench.restore(before))
    rig.bench.act(name, **case)
    rig.run_ms(7)  # halfway through what it leaves for later
    after = rig.bench.snapshot()
    lived = future(rig)
    assert future(Rig(Bench.restore(after))) == lived
    assert future(Rig(Bench.restore(before))) == untouched


@pytest.mark.parametrize("name", ACTIONS)
def test_the_table_says_what_each_action_is(name: str) -> None:
    action = ACTIONS[name]
    assert action.family in get_args(Family)
    assert action.needs in get_args(Needs)
    assert action.help and all(param.help for param in action.params.values())
    for case in action.cases:
        assert checked(name, case).keys() == action.params.keys()
    for param in action.params.values():
        assert param.default is None or param.choices == () or param.default in param.choices


@pytest.mark.parametrize(("name", "case"), CASES, ids=IDS)
def test_the_control_channel_carries_every_action(name: str, case: Mapping[str, Value]) -> None:
    question = decode_question(msgspec.json.encode(Act(name, dict(case))))
    assert isinstance(question, Act)
    assert checked(question.action, question.params) == checked(name, case)


@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.hidden])
def test_a_hidden_fault_is_not_felt_by_itself(name: str) -> None:
    for case in ACTIONS[name].cases:
        rig = treated(ma=5.0)
        ma = rig.bench.true_ma
        rig.bench.act(name, **case)
        rig.run_ms(300)
        assert rig.bench.true_ma == pytest.approx(ma, rel=1e-3), case


def test_every_action_has_a_test_of_its_effect() -> None:
    here = Path(__file__)
    tests = "".join(path.read_text() for path in here.parent.glob("test_*.py") if path != here)
    assert [name for name in ACTIONS if f'"{name}"' not in tests] == []


def test_there_are_faults_of_every_family_and_all_of_later_is_used() -> None:
    assert {action.family for action in ACTIONS.values()} == set(get_args(Family))
    assert len(ACTIONS) >= 45
    source = "".join(path.read_text() for path in Path(ACTIONS["lift"].do.__code__.co_filename).parent.glob("*.py"))
    assert [name for name in LATER if source.count(f'"{name}"') < 2] == []
