"""The view model without a window: any status gives a screen, and the two rules that protect people hold."""

import itertools
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.kiosk import sentences, words
from appliance.kiosk.recorded import IDLE, INTERLOCKS, PLAN, RECORDED
from appliance.kiosk.shown import Shown
from appliance.kiosk.treatment_page import SIGNS
from appliance.kiosk.view import Button, View
from appliance.kiosk.view_model import CURRENT_CAN_FLOW, SCREENS, build, freshness
from appliance.link.messages import (
    Contact,
    ContactStage,
    Limit,
    Outcome,
    Paused,
    PauseReason,
    Plan,
    State,
    Status,
    Trip,
)

WALL = datetime(2026, 11, 23, 19, 54)
SITES = ["hands", "feet", "underarms", "child_hands"]
CODES = ["E203", "E210", "E214", "E215", "E216", "E323", "E401", "E408", "E999", "stop", "time", "new_reason"]
some = st.floats(0, 4000) | st.floats(0, 1e300)

plans = st.builds(
    Plan,
    site=st.sampled_from(SITES),
    set_ma=st.floats(1, 25),
    max_ma=st.floats(1, 25),
    duration_s=st.floats(1, 1800),
    someone_beside=st.booleans(),
)
contacts = st.builds(
    Contact,
    stage=st.sampled_from(get_args(ContactStage)),
    meter=st.floats(0, 3),
    steady_left_s=st.none() | st.floats(0, 3),
    why=st.none() | st.sampled_from(CODES),
)
pauses = st.builds(Paused, reason=st.sampled_from(get_args(PauseReason)), ends_in_s=some, by_person=st.booleans())
trips = st.builds(
    Trip,
    code=st.sampled_from(CODES),
    monitor=st.just("m"),
    reaction=st.sampled_from(["PAUSE", "CUT"]),
    t_session_s=some,
)
limits = st.builds(
    Limit,
    reason=st.sampled_from([*sentences.LIMITED, *sentences.PLAN_LIMITS, "limit.unheard_of"]),
    value=some,
    unit=st.sampled_from(["mA", "V", "s", "C"]),
)
statuses = st.builds(
    Status,
    tick=st.integers(0, 10**9),
    t_mono_ns=st.integers(0, 10**15),
    simulated=st.booleans(),
    state=st.sampled_from(get_args(State)),
    session=st.none() | st.just("a1"),
    site=st.none() | st.sampled_from(SITES),
    direction=st.sampled_from(["normal", "reversed"]),
    plan=st.none() | plans,
    set_ma=some,
    target_ma=some,
    return_ma=st.none() | some,
    source_ma=st.none() | some,
    patient_v=st.none() | some,
    compliance_v=some,
    resistance_ohm=st.none() | some,
    charge_mc=some,
    elapsed_s=some,
    remaining_s=some,
    half_done=st.booleans(),
    no_current=st.booleans(),
    stopping=st.booleans(),
    can_weaken=st.booleans(),
    can_strengthen=st.booleans(),
    contact=st.none() | contacts,
    paused=st.none() | pauses,
    interlocks=st.just(INTERLOCKS),
    trips=st.lists(trips, max_size=2).map(tuple),
    limits=st.lists(limits, max_size=2).map(tuple),
    limited_by=st.none() | st.sampled_from([*sentences.LIMITED, "limit.unheard_of"]),
    lease_left_s=st.none() | some,
    wait_s=st.floats(0, 1000),
    outcome=st.none() | st.sampled_from(get_args(Outcome)),
    reason=st.none() | st.sampled_from(CODES),
)
shown_any = st.builds(
    Shown,
    status=st.none() | statuses,
    age_s=st.floats(0, 10),
    state_age_s=st.floats(0, 10),
    wall_local=st.just(WALL),
    offer=plans,
    refused=st.none() | st.sampled_from(CODES),
    limits=st.lists(limits, max_size=3).map(tuple),
)


def look(status: Status | None, age_s: float | None = 0.1, state_age_s: float = 5.0, **more: object) -> View:
    return build(Shown(status, age_s, state_age_s, WALL, PLAN, **more))  # type: ignore[arg-type]


def texts(value: object) -> str:
    """Every text in a view."""
    if isinstance(value, str):
        return value
    if is_dataclass(value):
        return " ".join(texts(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return " ".join(texts(item) for item in value)
    return ""


def buttons(view: View) -> list[Button]:
    return [value for field in fields(view) if isinstance(value := getattr(view, field.name), Button) and value.shown]


def test_every_state_has_a_screen() -> None:
    assert set(SCREENS) == set(get_args(State))


@settings(max_examples=400)
@given(shown_any)
def test_any_status_gives_a_view_with_stop_where_current_can_flow(shown: Shown) -> None:
    view = build(shown)
    status = shown.status
    assert view.screen
    if status is None or view.freshness == "hidden":
        assert view.screen == "lost"
        assert view.stop is not None
    elif (
        status.state in CURRENT_CAN_FLOW
        or status.stopping
        or (status.state in {"DONE", "FAULT"} and not status.no_current)
    ):
        assert view.stop is not None


@settings(max_examples=400)
@given(shown_any, st.sampled_from(["en", "de"]))
def test_no_current_is_said_only_when_it_was_measured_and_is_fresh(shown: Shown, language: str) -> None:
    words.set_language(language)
    try:
        said = texts(build(shown)).lower()
    finally:
        words.set_language("en")
    if shown.status is None or not shown.status.no_current or shown.age_s is None or shown.age_s > 1.0:
        assert "no current" not in said
        assert "kein strom" not in said


@settings(max_examples=200)
@given(shown_any)
def test_without_a_measured_zero_nobody_is_told_to_take_the_hands_out(shown: Shown) -> None:
    view = build(shown)
    if shown.status is not None and not shown.status.no_current and view.screen in {"done", "fault"}:
        assert "out" not in view.title.split()
        if view.freshness == "live":
            assert "red switch" in view.switch


@settings(max_examples=200)
@given(shown_any)
def test_an_old_status_shows_no_number_and_takes_no_touch_but_stop(shown: Shown) -> None:
    view = build(shown)
    if view.freshness == "grey":
        assert not any(button.enabled for button in buttons(view))
        assert view.title == "Waiting for the device."
    if view.freshness == "hidden":
        assert not buttons(view)
        assert view.pair is None
        assert not view.ring.text
        assert not any(character.isdigit() for character in view.title + view.body + view.note)


@settings(max_examples=200)
@given(shown_any)
def test_a_simulated_device_says_so_on_every_screen(shown: Shown) -> None:
    if shown.status is not None:
        assert ("SIMULATED" in build(shown).simulated) == shown.status.simulated


@settings(max_examples=200)
@given(shown_any)
def test_no_code_without_a_sentence_before_it(shown: Shown) -> None:
    view = build(shown)
    for code in (code for code in CODES if code.startswith("E")):
        assert code not in view.title + view.body + view.note
    if view.code:
        assert len(view.body) > 20


@pytest.mark.parametrize(
    ("age_s", "level"), [(0.0, "live"), (1.0, "live"), (1.1, "grey"), (2.0, "grey"), (2.1, "hidden")]
)
def test_stale_levels(age_s: float, level: str) -> None:
    assert freshness(age_s) == level


def test_a_lost_device_is_explained_in_the_words_of_the_design() -> None:
    view = look(RECORDED["treatment_hold"].status, age_s=2.5)
    said = " ".join(f"{view.title} {view.body} {view.switch}".split())
    assert said == (
        "Keep both hands in the water. The current fades by itself: count to ten. Then lift them out slowly. "
        "If you still feel current, push the red switch with your elbow."
    )
    assert view.stop is not None
    assert "red switch" in view.stop.right


def test_set_and_measured_are_two_numbers_with_a_sign_and_the_reason() -> None:
    hold = RECORDED["treatment_hold"].status
    limited = RECORDED["treatment_limited"].status
    ramp = RECORDED["treatment_ramp"].status
    stopping = RECORDED["treatment_stopping"].status
    pairs = {}
    for name, status in (("hold", hold), ("limited", limited), ("ramp", ramp), ("stopping", stopping)):
        pair = look(status).pair
        assert pair is not None
        pairs[name] = (pair.set_ma, pair.sign, pair.measured_ma)
    assert pairs == {
        "hold": ("14.0", "=", "14.0"),
        "limited": ("15.0", SIGNS["limited"], "11.0"),
        "ramp": ("15.0", SIGNS["rising"], "6.5"),
        "stopping": ("0.0", SIGNS["falling"], "8.2"),
    }
    assert "voltage limit" in look(limited).body


def test_a_current_that_was_not_measured_is_no_number() -> None:
    pair = look(RECORDED["treatment_unmeasured"].status).pair
    assert pair is not None
    assert not any(character.isdigit() for character in pair.measured_ma)


@pytest.mark.parametrize(
    ("site", "beside", "touch"), [("hands", False, False), ("hands", True, True), ("feet", False, True)]
)
def test_touch_begins_only_where_the_pedal_need_not(site: str, beside: bool, touch: bool) -> None:
    plan = replace(PLAN, site=site, someone_beside=beside)
    view = look(replace(IDLE, state="ARMED", session="a", site=site, plan=plan))
    assert view.primary.shown == touch
    assert ("pedal" in view.title) == (site == "hands")


def test_only_a_pause_by_a_person_offers_to_go_on() -> None:
    assert look(RECORDED["paused_stings"].status).primary.action == "resume"
    assert not look(RECORDED["paused_hands_out"].status).primary.shown


def test_a_pause_that_is_still_fading_says_keep_them_in_and_needs_no_red_switch() -> None:
    fading = RECORDED["paused_unmeasured"].status
    assert "Leave your hands in" in look(fading, state_age_s=0.3).body
    assert not look(fading, state_age_s=0.3).switch
    assert look(fading, state_age_s=1.5).switch


def test_a_shortened_plan_gives_its_reason_before_the_start() -> None:
    recorded = RECORDED["armed_shortened"]
    note = look(recorded.status, limits=recorded.limits).note
    assert "25 minutes" in note
    assert "skin area" in note


def test_a_refused_start_says_why() -> None:
    assert "tomorrow" in look(IDLE, refused="E110").body
    rest = look(replace(IDLE, wait_s=754.0))
    assert not rest.primary.enabled
    assert "12:34" in rest.primary.text


def test_weaker_and_stronger_follow_the_status_alone() -> None:
    hold = RECORDED["treatment_hold"].status
    assert hold is not None
    for weaker, stronger in itertools.product((True, False), repeat=2):
        view = look(replace(hold, can_weaken=weaker, can_strengthen=stronger))
        assert (view.weaker.enabled, view.stronger.enabled) == (weaker, stronger)


def test_sentences_that_stand_alone_never_speak_of_zero_current() -> None:
    for code in sorted(sentences.SPOKEN_CODES):
        assert "no current" not in sentences.spoken(code).lower()


def test_a_status_that_tells_nothing_new_changes_nothing() -> None:
    """Else the screen would draw ten times a second, beside a real-time daemon."""
    for recorded in RECORDED.values():
        if recorded.status is not None:
            later = replace(
                recorded.status, tick=recorded.status.tick + 20, t_mono_ns=recorded.status.t_mono_ns + 10**8
            )
            assert look(later) == look(recorded.status)


def test_a_stuck_pedal_and_a_missing_tray_are_said_where_the_pedal_is_waited_for() -> None:
    armed = RECORDED["armed"].status
    assert armed is not None
    assert "stuck" in look(replace(armed, blocked="E411")).body
    assert "tray" in look(replace(armed, blocked="E406")).body
    for code in (None, "E602"):  # the ledger's line takes a moment: no word of it
        assert look(replace(armed, blocked=code)) == look(armed)
    assert "stuck" in look(replace(IDLE, outcome="not_started", reason="E411")).body
    assert "stuck" in look(IDLE, refused="E411").body


def test_drier_skin_is_told_before_and_while_it_takes_less_time() -> None:
    assert "much drier" in look(replace(IDLE, outcome="not_started", reason="E703")).body
    hold = RECORDED["treatment_hold"].status
    assert hold is not None
    shorter = replace(hold, limits=(Limit(reason="limit.over_treatment", value=900.0, unit="s"),))
    assert look(shorter).body == "Your skin is drier than before, so it takes 15 minutes."
