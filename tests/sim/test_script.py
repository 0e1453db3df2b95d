"""A bench script does what it says, when it says; a wrong one is one sentence that names the line."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigError
from appliance.link.messages import State
from appliance.sim.actions import ACTIONS, checked
from appliance.sim.script import SCRIPT_FOLDER, STATES, ScriptRunner, load_script, parse_script


class Diary:
    """A bench that only remembers what was done to it, and when."""

    def __init__(self, start_ns: int = 0) -> None:
        self.now_ns = start_ns
        self.done: list[tuple[int, str, dict[str, object]]] = []

    def advance_to(self, t_ns: int) -> None:
        assert t_ns >= self.now_ns
        self.now_ns = t_ns

    def act(self, action: str, **params: object) -> None:
        self.done.append((self.now_ns, action, params))


GOOD = """
[patient]
phenotype = "dry_palm"
seed = 9
conductivity_us_per_cm = 120

[[at]]
t_s = 2
do = "salt"

[[at]]
state = "HOLD"
after_s = 1.5
do = "lift"
to_area_cm2 = 10
over_s = 0.3

[[at]]
t_s = 0.5
do = "hands_in"
"""


def test_a_script_is_read_with_defaults_filled_in() -> None:
    script = parse_script(GOOD, "good.toml")
    assert script.patient == ("dry_palm", "hands", 9, 120.0)
    assert script.steps[0].params == {"teaspoons": 1.0}
    assert script.steps[1].params == {"to_area_cm2": 10.0, "over_s": 0.3, "hand": "left"}


def test_actions_happen_once_at_their_own_instant_in_order() -> None:
    bench = Diary(start_ns=7)
    runner = ScriptRunner(parse_script(GOOD, "good.toml"), bench)
    runner.advance_to(3_000_000_007)
    runner.advance_to(4_000_000_007)
    assert [(t, what) for t, what, _ in bench.done] == [(500_000_007, "hands_in"), (2_000_000_007, "salt")]
    assert runner.next_ns is None
    runner.observe_state("HOLD", bench.now_ns)
    assert runner.next_ns == 5_500_000_007
    runner.observe_state("HOLD", bench.now_ns + 1)
    runner.advance_to(20_000_000_000)
    assert bench.done[2:] == [(5_500_000_007, "lift", {"to_area_cm2": 10.0, "over_s": 0.3, "hand": "left"})]


def test_an_action_whose_time_has_passed_happens_at_once_and_never_in_the_past() -> None:
    bench = Diary()
    runner = ScriptRunner(parse_script('[[at]]\nstate = "HOLD"\ndo = "estop"\n', "late.toml"), bench)
    runner.advance_to(1_000)
    runner.observe_state("HOLD", 500)
    runner.advance_to(1_000)
    assert bench.done == [(1_000, "estop", {"release": False})]


PATIENT = "[patient]\n"
AT = "# a remark\n[patient]\nseed = 1\n[[at]]\nt_s = 1\ndo = 'estop'\n[[at]]\n"  # the second [[at]] is line 7


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (AT + "t_s = 1\ndo = 'explode'", 9, "unknown action 'explode'; expected one of hands_in"),
        (AT + "t_s = 1\ndo = 'salt'\nspoons = 2", 10, "'spoons'; expected teaspoons"),
        (AT + "t_s = 1\ndo = 'short'\nms = 2", 10, "expected no parameter"),
        (AT + "t_s = -1\ndo = 'estop'", 8, "t_s is -1; expected a number from 0 to 86400"),
        (AT + "t_s = nan\ndo = 'estop'", 8, "t_s is nan"),
        (AT + "t_s = true\ndo = 'estop'", 8, "t_s is True; expected a number"),
        (AT + "t_s = '1'\ndo = 'estop'", 8, "expected a number"),
        (AT + "t_s = 1\nstate = 'HOLD'\ndo = 'estop'", 9, "both t_s and state"),
        (AT + "do = 'estop'", 7, "neither t_s nor state"),
        (AT + "t_s = 1\nafter_s = 2\ndo = 'estop'", 9, "after_s needs a state"),
        (AT + "state = 'HOLDING'\ndo = 'estop'", 8, "state is 'HOLDING'; expected one of SELF_TEST"),
        (AT + "state = 'HOLD'\nafter_s = -0.1\ndo = 'estop'", 9, "after_s is -0.1"),
        (AT + "t_s = 1", 7, "needs do"),
        (AT + "t_s = 1\ndo = 3", 9, "needs do"),
        (AT + "t_s = 1\ndo = 'lift'\nto_area_cm2 = 1001\nover_s = 1", 10, "from 0 to 1000"),
        (AT + "t_s = 1\ndo = 'lift'\nto_area_cm2 = 10\nover_s = -2", 11, "over_s is -2"),
        (AT + "t_s = 1\ndo = 'lift'\nto_area_cm2 = 10", 9, "lift needs over_s"),
        (AT + "t_s = 1\ndo = 'lift'\nto_area_cm2 = 1\nover_s = 1\nhand = 'third'", 12, "left, right, both"),
        (AT + "t_s = 1\ndo = 'dac_stuck'\ncode = 4096", 10, "a whole number from 0 to 4095"),
        (AT + "t_s = 1\ndo = 'dac_stuck'\ncode = 1.0", 10, "a whole number"),
        (AT + "t_s = 1\ndo = 'i2c_nack'\naddress = 0", 10, "address is 0"),
        (AT + "t_s = 1\ndo = 'estop'\nrelease = 1", 10, "true or false"),
        (PATIENT + "phenotype = 'giant'", 2, "phenotype is 'giant'; expected one of very_sweaty_palm"),
        (PATIENT + "site = 'face'", 2, "site is 'face'"),
        (PATIENT + "seed = 1\nseed_ = 2", 3, "'seed_'; expected phenotype"),
        (PATIENT + "conductivity_us_per_cm = 0", 2, "conductivity_us_per_cm is 0"),
        ("patient = 3", 1, "must be a table"),
        ("[at]\nt_s = 1\ndo = 'estop'", 1, "[[at]]"),
        ("\n[[then]]\nt_s = 1", 2, "unknown table or key 'then'"),
        ("\nspeed = 2", 2, "unknown table or key 'speed'"),
        ("[[at]]\nt_s = 1\ndo = estop", 3, "not TOML"),
        ("[[at]]\nt_s = [1,\n", 2, "not TOML"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_file_and_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_script(text, "bad.toml")
    assert caught.value.code == "E504"
    assert caught.value.message.startswith(f"bad.toml:{line}: ")
    assert says in caught.value.message
    assert "\n" not in caught.value.message


@given(st.text(alphabet="[]at=\"'\n.#sdo1 {}", max_size=60))
def test_whatever_stands_in_a_script_it_is_read_or_refused_with_e504(text: str) -> None:
    try:
        parse_script(text, "any.toml")
    except ConfigError as error:
        assert error.code == "E504"


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"E503.*nowhere\.toml"):
        load_script(Path("nowhere.toml"))


def test_scripts_that_come_with_the_bench_are_found_by_name() -> None:
    shipped = sorted(path.stem for path in SCRIPT_FOLDER.glob("*.toml"))
    assert {"hand_floats_up", "estop_in_hold", "wet_lead"} <= set(shipped)
    for name in shipped:
        assert load_script(Path(name)).steps


def test_scripts_know_every_state_of_the_daemon() -> None:
    assert get_args(State) == STATES


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_with_what_it_needs_is_accepted(action: str) -> None:
    for case in ACTIONS[action].cases:
        assert set(checked(action, case)) == set(ACTIONS[action].params)
