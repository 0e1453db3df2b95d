"""The recorder as its own process against the daemon's real socket: killed at any moment, it loses nothing."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.control.server import Server
from appliance.control.talk import Request
from appliance.errors import ConfigError, LinkError, RecordsError
from appliance.kiosk.recorded import IDLE, INTERLOCKS
from appliance.link.messages import (
    Accepted,
    Event,
    PermitGrant,
    Plan,
    Refused,
    Renew,
    State,
    Status,
)
from appliance.link.plan_hash import plan_hash
from appliance.link.recorder_client import RecorderClient
from appliance.link.recorder_messages import PermitIssued, PermitRequest
from appliance.link.roles import ALL_ROLES, Roles
from appliance.records.queries import Records, SessionRow
from appliance.records.recorder import Recorder

ANYONE = Roles({os.getuid(): ALL_ROLES}, {})
PLAN = Plan("hands", 15.0, 20.0, 1800.0)
CLOSED = replace(INTERLOCKS, relay_open=False)
REQUEST = PermitRequest("r1", "anna", PLAN)
GIVE_UP_S = 30.0

PROGRAM = """
import logging, os, signal, sys, time
from pathlib import Path
from appliance.link.roles import ALL_ROLES, Roles
from appliance.records import recorder, writer
logging.basicConfig(level=logging.INFO, format="%(message)s")
{prelude}
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
here = Path(sys.argv[1])
recorder.run(here / "control.sock", here / "recorder.sock", here / "records.db", lambda: bool(stopped),
    roles=Roles({{os.getuid(): ALL_ROLES}}, {{}}))
"""
DIES_BEFORE_ACK = """
add = writer.Writer.add_events
def add_and_die(self, *args, **kwargs):
    add(self, *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
writer.Writer.add_events = add_and_die
"""


def status(t_s: float, session: str | None = "s1", state: State = "HOLD", charge_mc: float = 0.0) -> Status:
    return replace(
        IDLE,
        tick=0,
        t_mono_ns=round(t_s * 1e9),
        simulated=True,
        state=state,
        session=session,
        site="hands",
        plan=PLAN,
        set_ma=15.0,
        target_ma=15.0,
        return_ma=15.0,
        source_ma=15.0,
        patient_v=20.0,
        compliance_v=30.0,
        resistance_ohm=1333.0,
        charge_mc=charge_mc,
        elapsed_s=t_s,
        no_current=False,
        interlocks=CLOSED,
    )


def start(seq: int = 1) -> Event:
    return Event(seq, seq, "s1", "start", {"site": "hands", "set_ma": 15.0, "patient": "anna", "permit": "demo"})


def state(seq: int) -> Event:
    return Event(seq, seq, "s1", "state", {"n": seq})


class Bench:
    """The daemon's side in this process, the recorder in another."""

    def __init__(self, here: Path) -> None:
        self.here = here
        self.serving = False
        self.server = self.daemon("b1")
        self.recorder: subprocess.Popen[bytes] | None = None
        self.requests: list[Request] = []

    def daemon(self, boot: str, simulated: bool = True) -> Server:
        self.server = Server(self.here / "control.sock", ANYONE, boot=boot, simulated=simulated)
        self.serving = True
        return self.server

    def stop_daemon(self) -> None:
        if self.serving:
            self.server.close()
        self.serving = False

    def record(self, prelude: str = "") -> subprocess.Popen[bytes]:
        with (self.here / "log").open("ab") as log:
            self.recorder = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(prelude=prelude), str(self.here)], stderr=log
            )
        return self.recorder

    def until(self, done: Callable[[], object]) -> None:
        """Tick until it is so."""
        end_s = time.monotonic() + GIVE_UP_S
        while not done():
            assert time.monotonic() < end_s, (self.here / "log").read_text()
            self.requests += self.server.poll() if self.serving else []
            time.sleep(0.002)

    def acknowledged(self) -> bool:
        return self.server.recorder_connected and len(self.server._events) == 0

    def sessions(self) -> list[SessionRow]:
        if not (self.here / "records.db").exists():
            return []
        records = Records(self.here / "records.db")
        try:
            return records.sessions()
        except RecordsError:  # its tables are being made
            return []
        finally:
            records.close()

    def seqs(self) -> list[int]:
        records = Records(self.here / "records.db")
        found = [event.seq for session in records.sessions() for event in records.events(session)]
        records.close()
        return found

    def samples(self) -> list[float]:
        records = Records(self.here / "records.db")
        found = [sample.elapsed_s for session in records.sessions() for sample in records.samples(session)]
        records.close()
        return found

    def close(self) -> None:
        if self.recorder is not None:
            self.recorder.kill()
            self.recorder.wait(10)
        self.stop_daemon()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_killed_between_disk_and_acknowledgement_it_loses_and_doubles_nothing(bench: Bench) -> None:
    dying = bench.record(DIES_BEFORE_ACK)
    bench.until(lambda: bench.server.recorder_connected)
    for event in [start(), state(2), state(3)]:
        bench.server.event(event)
    bench.until(lambda: dying.poll() is not None)
    assert dying.returncode == -signal.SIGKILL
    assert bench.seqs()[:1] == [1]  # on disk, and the daemon does not know it
    assert len(bench.server._events) == 3
    bench.until(lambda: not bench.server.recorder_connected)
    bench.server.event(state(4))
    bench.record()
    bench.until(bench.acknowledged)
    assert bench.seqs() == [1, 2, 3, 4]


def test_killed_again_and_again_it_loses_and_doubles_nothing(bench: Bench) -> None:
    seq = 1
    bench.server.event(start())
    for _ in range(3):
        recorder = bench.record()
        bench.until(lambda: bench.server.recorder_connected)
        for _ in range(20):
            seq += 1
            bench.server.event(state(seq))
            bench.server.poll()
        recorder.kill()
        recorder.wait(10)
    bench.record()
    bench.until(lambda: not bench.server.recorder_connected)
    bench.until(bench.acknowledged)
    assert bench.seqs() == list(range(1, seq + 1))


def test_one_sample_a_second_while_a_session_runs(bench: Bench) -> None:
    bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(start())
    bench.until(bench.acknowledged)
    for n in range(31):
        bench.server.status(status(n / 10))
        bench.until(lambda n=n: n % 10 or len(bench.samples()) == n // 10 + 1)
    bench.server.status(status(5.0, session=None, state="IDLE"))
    bench.server.event(Event(2, 5, "s1", "end", {"outcome": "completed", "charge_mc": 45.0}))
    bench.until(bench.acknowledged)
    assert bench.samples() == [0.0, 1.0, 2.0, 3.0]
    assert bench.sessions()[0].charge_mc == 45.0


@pytest.mark.parametrize("over", ["DONE", "FAULT"])
def test_a_session_that_has_ended_fills_no_disk_while_nobody_acknowledges_it(bench: Bench, over: State) -> None:
    bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(start())
    bench.server.status(status(1.0))
    bench.until(bench.samples)
    for n in range(2, 100):
        bench.server.status(status(float(n), state=over))
    bench.server.event(Event(2, 5, "s1", "end", {"outcome": "completed", "charge_mc": 45.0}))
    bench.until(bench.acknowledged)
    assert bench.samples() == [1.0]


def test_a_dead_daemons_session_ends_as_interrupted_with_what_it_gave(bench: Bench) -> None:
    bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(start())
    bench.until(bench.acknowledged)
    bench.server.status(status(1.0, charge_mc=15.0))
    bench.until(bench.samples)
    bench.server.status(status(1.6, charge_mc=24.0))  # no sample is due: it is taken because nothing follows
    bench.stop_daemon()
    bench.until(lambda: len(bench.samples()) == 2)
    assert bench.sessions()[0].ended_utc is None
    bench.daemon("b2")
    bench.until(lambda: bench.sessions()[0].interrupted)
    session = bench.sessions()[0]
    assert (session.outcome, session.charge_mc, session.elapsed_s) == ("fault", 24.0, 1.6)


def test_the_same_daemon_again_interrupts_nothing(bench: Bench) -> None:
    first = bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(start())
    bench.until(bench.acknowledged)
    first.kill()
    first.wait(10)
    bench.until(lambda: not bench.server.recorder_connected)
    bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(state(2))
    bench.until(bench.acknowledged)
    assert not bench.sessions()[0].interrupted


def test_it_waits_for_a_daemon_and_stops_when_told(bench: Bench) -> None:
    bench.stop_daemon()
    recorder = bench.record()
    bench.until(lambda: (bench.here / "log").exists() and "E113" in (bench.here / "log").read_text())
    bench.daemon("b1")
    bench.until(lambda: bench.server.recorder_connected)
    recorder.terminate()
    assert recorder.wait(10) == 0
    assert sorted(p.name for p in bench.here.iterdir() if p.suffix == ".db") == ["records.db"]
    assert not (bench.here / "recorder.sock").exists()


def ask(bench: Bench, request: PermitRequest = REQUEST) -> RecorderClient:
    """A kiosk that asks for a permit."""
    bench.record()
    bench.until((bench.here / "recorder.sock").exists)
    bench.until(lambda: bench.server.recorder_connected)
    kiosk = RecorderClient.connect(bench.here / "recorder.sock", "kiosk", 5.0)
    bench.server.status(status(0.0, session=None))
    bench.until(lambda: True)
    kiosk.send(request)
    return kiosk


def test_a_simulated_device_gets_its_permit(bench: Bench) -> None:
    with ask(bench) as kiosk:
        assert kiosk.welcome is not None
        bench.until(lambda: bench.requests)
        (request,) = bench.requests
        grant = request.command
        assert isinstance(grant, PermitGrant)
        assert (request.role, grant.patient, grant.site) == ("recorder", "anna", "hands")
        assert grant.plan_sha256 == plan_hash(PLAN)
        bench.server.reply(request.client, Accepted("permit", grant.permit))
        assert kiosk.receive(10.0) == PermitIssued("r1", grant.permit, grant.plan_sha256)


def test_a_permit_that_the_daemon_refuses_is_refused(bench: Bench) -> None:
    with ask(bench) as kiosk:
        bench.until(lambda: bench.requests)
        bench.server.reply(bench.requests[0].client, Refused("E109", "it was used", "permit"))
        assert kiosk.receive(10.0) == Refused("E109", "it was used", "permit_request", "r1")


def test_whoever_waits_is_told_that_the_daemon_died(bench: Bench) -> None:
    with ask(bench) as kiosk:
        bench.until(lambda: bench.requests)
        bench.stop_daemon()
        answer = kiosk.receive(10.0)
        assert isinstance(answer, Refused)
        assert (answer.code, answer.id) == ("E113", "r1")


def test_a_real_device_needs_a_signature(bench: Bench) -> None:
    bench.stop_daemon()
    bench.daemon("b1", simulated=False)
    with ask(bench) as kiosk:
        answer = kiosk.receive(10.0)
        assert isinstance(answer, Refused)
        assert answer.code == "E109"
        assert not [r for r in bench.requests if isinstance(r.command, PermitGrant)]


def test_only_a_kiosk_asks_and_only_properly(bench: Bench) -> None:
    with ask(bench, PermitRequest("r1", "", PLAN)) as kiosk:
        answer = kiosk.receive(10.0)
        assert isinstance(answer, Refused)
        assert answer.code == "E101"
        kiosk.send(Renew())
        answer = kiosk.receive(10.0)
        assert isinstance(answer, Refused)
        assert answer.code == "E101"
        with RecorderClient.connect(bench.here / "recorder.sock", "technician", 5.0) as technician:
            technician.send(PermitRequest("r2", "anna", PLAN))
            answer = technician.receive(10.0)
            assert isinstance(answer, Refused)
            assert (answer.code, answer.re) == ("E104", "permit_request")
        with pytest.raises(LinkError, match="E104"):
            RecorderClient.connect(bench.here / "recorder.sock", "recorder", 5.0)


def test_a_second_recorder_is_refused(bench: Bench) -> None:
    bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    with pytest.raises(LinkError, match="E106"):
        Recorder(bench.here / "control.sock", bench.here / "recorder.sock", bench.here / "records.db", ANYONE)


@pytest.mark.parametrize(("junk", "error"), [("records.db", RecordsError), ("recorder.sock", LinkError)])
def test_what_it_cannot_open_is_named(bench: Bench, junk: str, error: type[Exception]) -> None:
    (bench.here / junk).write_text("something else" * 100)
    with pytest.raises(error):
        Recorder(bench.here / "control.sock", bench.here / "recorder.sock", bench.here / "records.db", ANYONE)
    assert (bench.here / junk).read_text() == "something else" * 100


def test_a_full_disk_is_said_acknowledges_nothing_and_is_survived(bench: Bench) -> None:
    recorder = bench.record()
    bench.until(lambda: bench.server.recorder_connected)
    bench.server.event(start())
    bench.until(bench.acknowledged)
    _, hard = resource.prlimit(recorder.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(recorder.pid, resource.RLIMIT_FSIZE, (4096, hard))
    bench.server.event(state(2))
    bench.until(lambda: "E602" in (bench.here / "log").read_text())
    bench.until(lambda: not bench.server.recorder_connected)
    assert len(bench.server._events) == 1
    with RecorderClient.connect(bench.here / "recorder.sock", "kiosk", 5.0) as kiosk:
        kiosk.send(PermitRequest("r1", "anna", PLAN))
        answer = kiosk.receive(10.0)
        assert isinstance(answer, Refused)
    assert recorder.poll() is None
    resource.prlimit(recorder.pid, resource.RLIMIT_FSIZE, (hard, hard))
    bench.until(bench.acknowledged)
    assert bench.seqs() == [1, 2]


def test_a_socket_path_that_no_system_takes_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="E509"):
        Recorder(tmp_path / "control.sock", tmp_path / ("x" * 120), tmp_path / "records.db", ANYONE)


def test_a_daemon_of_another_version_is_named_and_waited_out(bench: Bench) -> None:
    bench.stop_daemon()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(bench.here / "control.sock"))
        other.listen(1)
        other.settimeout(GIVE_UP_S)
        bench.record()
        newer, _ = other.accept()
        with newer:
            newer.sendall(b'{"type":"welcome","version":2,"colour":"blue"}\n')
            bench.until(lambda: "E103" in (bench.here / "log").read_text())
    bench.daemon("b1")
    bench.until(lambda: bench.server.recorder_connected)


def test_what_stands_in_the_way_is_said_once(bench: Bench) -> None:
    bench.stop_daemon()
    recorder = bench.record()
    bench.until((bench.here / "recorder.sock").exists)
    bench.until(lambda: "E113" in (bench.here / "log").read_text())
    time.sleep(1.0)  # several tries
    bench.daemon("b1")
    bench.until(lambda: bench.server.recorder_connected)
    recorder.terminate()
    recorder.wait(10)
    assert (bench.here / "log").read_text().count("E113") == 1
    assert "connected to the daemon" in (bench.here / "log").read_text()
