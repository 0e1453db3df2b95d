"""One treatment in HOLD and what people, programs and strangers do to it: it goes on, or it goes to zero."""

import os
import socket
import uuid

import pytest
from e2e_rig import MS, PLAN, SET_MA, SURGE_MA, Appliance, ionto

from appliance.link.framing import FRAME_BYTES, encode
from appliance.link.messages import (
    PROTOCOL_VERSION,
    Accepted,
    Acknowledge,
    Hello,
    Pause,
    PermitGrant,
    Refused,
    Renew,
    Start,
    Stop,
)
from appliance.proof.kills.peer import Peer, until

pytestmark = pytest.mark.realtime
KIOSK = encode(Hello("kiosk", PROTOCOL_VERSION))
BAD = {
    "no JSON": (KIOSK + b"current: 25 mA, please\n", "E101"),
    "no UTF-8": (KIOSK + b'{"type":"\xff\xfe"}\n', "E101"),
    "nested": (KIOSK + b"[" * 8000 + b"\n", "E101"),
    "no such message": (KIOSK + b'{"type":"louder"}\n', "E101"),
    "unknown key": (KIOSK + b'{"type":"stop","now":true}\n', "E101"),
    "no number": (KIOSK + b'{"type":"start","id":"x","permit":"demo","plan":{"site":"hands","set_ma":NaN}}\n', "E101"),
    "too long": (KIOSK + b"x" * (2 * FRAME_BYTES) + b"\n", "E102"),
    "another version": (b'{"type":"hello","role":"kiosk","version":2,"shoe_size":44}\n', "E103"),
    "wrong role": (encode(Hello("technician", PROTOCOL_VERSION)) + encode(Renew()), "E104"),
    "recorder's": (KIOSK + encode(PermitGrant("p", "x", "hands", 1, "s", "0")), "E104"),
    "no hello": (encode(Pause()), "E105"),
}


def said_to(appliance: Appliance, raw: bytes) -> bytes:
    """What a stranger who sends `raw` is told before the daemon hangs up or says a refusal."""
    heard = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.settimeout(60.0)
        stranger.connect(os.fspath(appliance.stage.control))
        stranger.sendall(raw)
        while b'"refused"' not in heard or not heard.endswith(b"\n"):
            part = stranger.recv(65536)
            if not part:
                break
            heard += part
    return heard


def test_in_hold_nothing_but_sense_is_obeyed_and_the_treatment_goes_on(appliance: Appliance) -> None:
    session = appliance.hold()
    kiosk = appliance.kiosk
    tick, from_ns = appliance.technician.wait("HOLD").tick, appliance.now_ns()

    other = kiosk.ask(Start(uuid.uuid4().hex, "demo", PLAN))
    assert isinstance(other, Refused)
    assert other.code == "E111"
    first, again = kiosk.ask(Start(session, "demo", PLAN)), kiosk.ask(Start(session, "demo", PLAN))
    assert isinstance(first, Accepted)
    assert first.id == session
    assert first.plan == PLAN
    assert again == first

    for what, (raw, code) in BAD.items():
        assert f'"code":"{code}"'.encode() in said_to(appliance, raw), what
    second = ionto(
        "control",
        *("--bench", appliance.stage.bench, "--socket", appliance.stage.control),
        *("--state-dir", appliance.stage.directory / "second"),
    )
    assert (second.returncode, second.stderr[:12]) == (2, "ionto: E106 ")
    assert second.stderr.count("\n") == 1

    appliance.let_pass(1.5)
    status = appliance.technician.wait("HOLD")
    assert status.session == session
    assert status.tick > tick + 200
    diary = appliance.diary()
    assert diary.states(from_ns) == []
    assert all(abs(sample.current_ma) == pytest.approx(SET_MA, rel=0.05) for sample in diary.between(from_ns))

    # A client that says STOP and is gone at once is heard.
    with Peer(appliance.stage.control, "technician") as passer_by:
        passer_by.send(Stop())
    ends(appliance, from_ns, within_ms=2000)


def ends(appliance: Appliance, from_ns: int, *, within_ms: float) -> None:
    """Down to zero from the beginning of the fade, stopped, and nothing comes back."""
    appliance.kiosk.wait("DONE")
    diary = appliance.diary()
    fade = diary.first("state", "RAMP_DOWN", from_ns)
    zero = diary.first("current_zero", since_ns=fade.t_ns)
    print(f"STOP: zero {(zero.t_ns - fade.t_ns) / MS:.0f} ms after the fade began")
    assert zero.t_ns - fade.t_ns < within_ms * MS
    assert diary.peak_ma(fade.t_ns - 20 * MS) <= abs(fade.current_ma) + SURGE_MA
    appliance.stays_at_zero(4.0)
    status = appliance.technician.wait("DONE")
    assert (status.outcome, status.reason) == ("stopped", "stop")
    assert status.no_current


def test_stop_pressed_twice_while_the_current_rises(appliance: Appliance) -> None:
    appliance.reach("RAMP_UP")
    until(lambda: abs(appliance.body.felt().current_ma) > 1.5, "the current rises")
    from_ns = appliance.now_ns()
    appliance.kiosk.send(Stop(), Stop())
    ends(appliance, from_ns, within_ms=500)


def test_the_red_switch_cuts_by_wire_and_the_kiosk_may_release_it(appliance: Appliance) -> None:
    appliance.hold()
    from_ns = appliance.now_ns()
    appliance.body.act("estop")
    status = appliance.kiosk.wait("FAULT")
    pushed = appliance.wait_for("action", "estop", from_ns)
    zero = appliance.wait_for("current_zero", since_ns=from_ns)
    print(f"e-stop to zero {(zero.t_ns - pushed.t_ns) / MS:.1f} ms")
    assert zero.t_ns - pushed.t_ns <= 10 * MS
    assert status.reason == "E401"
    appliance.body.act("estop", release=True)
    appliance.stays_at_zero(2.0)
    assert appliance.kiosk.state == "FAULT"
    assert isinstance(appliance.kiosk.ask(Acknowledge()), Accepted)
    appliance.kiosk.wait("IDLE")
    assert appliance.diary().states(from_ns) == ["FAULT", "SELF_TEST", "IDLE"]
    appliance.stays_at_zero(1.0)
