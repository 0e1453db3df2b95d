"""Hands that leave, a pedal, a sting, a screen that dies: what returns by itself, and what only by a person."""

import pytest
from e2e_rig import MS, SET_MA, SURGE_MA, Appliance, Diary

from appliance.link.messages import Accepted, Pause, Resume
from appliance.proof.kills.peer import Peer, until

pytestmark = pytest.mark.realtime

PROBE_MA = 0.6  # the probe's 0.5 mA and the loop's tolerance
PROBE_SURGE_MA = 8.0  # for microseconds, from the probe's 5 V (hardware design, 8)
FALL_MS = 500.0  # a person's pause


def rises_gently(diary: Diary, from_ns: int) -> None:
    """Contact is probed from zero, the ramp begins at zero and rises by at most 1 mA/s, nothing exceeds the set."""
    ramp = diary.first("state", "RAMP_UP", from_ns)
    assert diary.states(from_ns)[:2] == ["CONTACT", "RAMP_UP"]
    probing = diary.between(from_ns, ramp.t_ns)
    print(f"probe: {max(abs(s.current_ma) for s in probing):.2f} mA, peak {diary.peak_ma(from_ns, ramp.t_ns):.2f} mA")
    assert all(abs(sample.current_ma) <= PROBE_MA for sample in probing)
    assert diary.peak_ma(from_ns, ramp.t_ns) < min(PROBE_SURGE_MA, SET_MA + SURGE_MA)
    assert diary.peak_ma(from_ns) <= SET_MA + SURGE_MA
    for sample in diary.between(ramp.t_ns):
        assert sample.peak_ma <= PROBE_MA + 1.02 * (sample.t_ns - ramp.t_ns) / 1e9 + SURGE_MA


def test_hands_out_zero_in_50_ms_and_back_in_from_the_probe(appliance: Appliance) -> None:
    appliance.hold()
    from_ns = appliance.now_ns()
    appliance.body.act("hands_out", over_s=0.0)
    status = appliance.kiosk.wait("PAUSED")
    diary = appliance.diary()
    out = diary.first("action", "hands_out", from_ns)
    zero = diary.first("current_zero", since_ns=from_ns)
    enable = diary.first("level", "enable low", from_ns)
    print(f"hands out to zero {(zero.t_ns - out.t_ns) / MS:.1f} ms, ENABLE low {(enable.t_ns - out.t_ns) / MS:.1f} ms")
    assert zero.t_ns - out.t_ns <= 50 * MS
    assert enable.t_ns - out.t_ns <= 50 * MS, "no volts may wait for the hand"
    assert status.paused is not None
    assert status.paused.reason in {"hands_out", "area"}
    assert not status.paused.by_person

    back_ns = appliance.now_ns()
    appliance.body.act("hands_in")
    appliance.kiosk.wait("HOLD")
    diary = appliance.diary()
    contact = diary.last("state", "CONTACT")
    assert contact.t_ns > back_ns or not diary.all("current_on", since_ns=zero.t_ns + MS)
    assert diary.peak_ma(zero.t_ns + 20 * MS, back_ns) < 0.1
    rises_gently(diary, contact.t_ns)


def test_after_a_sting_and_after_the_pedal_only_a_person_brings_it_back(appliance: Appliance) -> None:
    appliance.hold()
    from_ns = appliance.now_ns()
    assert isinstance(appliance.kiosk.ask(Pause()), Accepted)
    paused_by_a_person(appliance, from_ns, "stings")
    appliance.stays_at_zero(6.0)  # by itself it would come back after two
    assert appliance.kiosk.wait("PAUSED").paused is not None

    from_ns = appliance.now_ns()
    assert isinstance(appliance.kiosk.ask(Resume()), Accepted)
    appliance.kiosk.wait("RAMP_UP")
    until(lambda: abs(appliance.body.felt().current_ma) > 1.5, "the current rises")
    rises_gently(appliance.diary(), from_ns)

    from_ns = appliance.now_ns()
    appliance.body.act("pedal")
    paused_by_a_person(appliance, from_ns, "pedal")
    appliance.stays_at_zero(6.0)
    assert appliance.kiosk.wait("PAUSED").paused is not None


def paused_by_a_person(appliance: Appliance, from_ns: int, reason: str) -> None:
    """Faded within half a second, without a jump up, and waiting for a person."""
    status = appliance.kiosk.wait("PAUSED")
    diary = appliance.diary()
    fade = diary.first("state", "RAMP_DOWN", from_ns)
    zero = diary.first("current_zero", since_ns=fade.t_ns)
    print(f"{reason}: zero {(zero.t_ns - fade.t_ns) / MS:.0f} ms after the fade began")
    assert zero.t_ns - fade.t_ns <= FALL_MS * MS
    assert diary.peak_ma(from_ns) <= SET_MA + SURGE_MA
    assert status.paused is not None
    assert (status.paused.reason, status.paused.by_person) == (reason, True)


def test_a_screen_that_is_killed_ends_the_current_until_a_person_resumes(appliance: Appliance) -> None:
    """The real kiosk holds the lease; whoever started looks on in silence."""
    appliance.hold()
    words = ("--socket", appliance.stage.control, "--offscreen", "--picture", appliance.stage.picture)
    appliance.programs.start("kiosk", *words)
    try:
        until(appliance.stage.picture.exists, "the kiosk draws")
        appliance.kiosk.renews = False
        appliance.let_pass(4.0)  # twice the lease: the kiosk alone keeps the current up
        assert appliance.kiosk.state == "HOLD"
        appliance.kill("kiosk")
        from_ns = appliance.now_ns()
    finally:
        appliance.programs.stop_one("kiosk")
    status = appliance.kiosk.wait("PAUSED")
    diary = appliance.diary()
    assert diary.states(from_ns) == ["RAMP_DOWN", "PAUSED"]
    fade, zero = diary.first("state", "RAMP_DOWN", from_ns), diary.first("current_zero", since_ns=from_ns)
    print(f"kiosk killed: fades {(fade.t_ns - from_ns) / MS:.0f} ms, zero {(zero.t_ns - from_ns) / MS:.0f} ms later")
    assert fade.t_ns - from_ns <= 2050 * MS
    assert zero.t_ns - fade.t_ns <= SET_MA / 3.0 * 1000 * MS + 50 * MS
    assert status.paused is not None
    assert (status.paused.reason, status.paused.by_person) == ("operator_lost", True)

    appliance.kiosk.renews = True  # a screen is back, and the hands are still in
    with Peer(appliance.stage.control, "kiosk", renews=True):
        appliance.stays_at_zero(6.0)
    from_ns = appliance.now_ns()
    assert isinstance(appliance.kiosk.ask(Resume()), Accepted)
    appliance.kiosk.wait("RAMP_UP")
    until(lambda: abs(appliance.body.felt().current_ma) > 1.0, "the current rises")
    rises_gently(appliance.diary(), from_ns)
