"""Without a good permit nothing starts; with one, exactly what was allowed, once, within ten minutes."""

import os
from pathlib import Path

import msgspec
import pytest

from appliance.control.permits import Permits
from appliance.control.roles import demo_roles, load_roles
from appliance.errors import ConfigError, LinkError
from appliance.link.messages import PermitGrant, Plan, Start
from appliance.link.plan_hash import plan_hash
from appliance.link.roles import ALL_ROLES, Peer
from appliance.units import ns_from_s

PLAN = Plan("hands", 15.0, 20.0, 1800.0)
GRANT = PermitGrant("p1", "anna", "hands", 3, "s1", plan_hash(PLAN))
START = Start("a", "p1", PLAN)


def real() -> Permits:
    """Of a real device, with one permit, granted at 0."""
    permits = Permits(simulated=False)
    permits.grant(GRANT, 0)
    return permits


def refusal(permits: Permits, start: Start, now_s: float = 0.0, recorder: bool = True) -> str:
    """The code with which this start is refused."""
    with pytest.raises((LinkError, ConfigError)) as caught:
        permits.check(start, ns_from_s(now_s), recorder_connected=recorder)
    return caught.value.code


def test_a_good_permit_says_who_is_treated() -> None:
    permit = real().check(START, ns_from_s(599), recorder_connected=True)
    assert (permit.patient, permit.site, permit.prescription_version, permit.screening) == ("anna", "hands", 3, "s1")


@pytest.mark.parametrize(
    ("start", "now_s", "recorder", "code"),
    [
        (START, 0.0, False, "E114"),
        (START, 601.0, True, "E109"),
        (Start("a", "p2", PLAN), 0.0, True, "E109"),
        (Start("a", "p1", msgspec.structs.replace(PLAN, max_ma=20.1)), 0.0, True, "E109"),
        (Start("a", "p1", msgspec.structs.replace(PLAN, site="feet")), 0.0, True, "E109"),
        (Start("a", "demo", PLAN), 0.0, True, "E512"),
    ],
)
def test_what_was_not_allowed_does_not_start(start: Start, now_s: float, recorder: bool, code: str) -> None:
    assert refusal(real(), start, now_s, recorder) == code


def test_it_is_used_up_by_the_ramp_and_not_before() -> None:
    permits = real()
    permits.check(START, 0, recorder_connected=True)
    permits.check(START, 0, recorder_connected=True)
    permits.consume("p1")
    assert refusal(permits, START) == "E109"


def test_a_used_permit_cannot_be_granted_again() -> None:
    permits = real()
    permits.grant(GRANT, 5)
    permits.consume("p1")
    with pytest.raises(LinkError, match="E109"):
        permits.grant(GRANT, 10)
    assert refusal(permits, START) == "E109"


def test_granting_it_again_does_not_make_it_younger() -> None:
    permits = real()
    permits.grant(GRANT, ns_from_s(599))
    assert refusal(permits, START, 601.0) == "E109"


def test_one_name_stands_for_one_permit() -> None:
    with pytest.raises(LinkError, match="E109"):
        real().grant(msgspec.structs.replace(GRANT, patient="bert"), 0)


def test_nobody_can_grant_the_name_demo() -> None:
    with pytest.raises(LinkError, match="E109"):
        real().grant(msgspec.structs.replace(GRANT, permit="demo"), 0)


def test_a_simulated_device_knows_demo_as_often_as_asked() -> None:
    permits = Permits(simulated=True)
    start = Start("a", "demo", PLAN)
    for _ in range(2):
        assert permits.check(start, 0, recorder_connected=True).patient == "demo"
        permits.consume("demo")


def test_permits_do_not_pile_up() -> None:
    permits = Permits(simulated=False)
    for number in range(1000):
        permits.grant(msgspec.structs.replace(GRANT, permit=str(number)), number)
    assert refusal(permits, Start("a", "0", PLAN)) == "E109"
    assert permits.check(Start("a", "999", PLAN), 1000, recorder_connected=True).id == "999"


def test_demo_roles_are_refused_on_a_real_device() -> None:
    with pytest.raises(ConfigError, match="E512"):
        demo_roles(simulated=False)
    assert demo_roles(simulated=True).allowed(Peer(1, os.getuid(), frozenset())) == ALL_ROLES
    assert demo_roles(simulated=True).allowed(Peer(1, os.getuid() + 1, frozenset())) == frozenset()


def test_the_installation_names_users_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "roles.toml"
    path.write_text('[roles.user]\nroot = ["recorder"]\n4711 = ["kiosk"]\n[roles.group]\nroot = ["technician"]\n')
    roles = load_roles(path)
    assert roles.allowed(Peer(1, 0, frozenset({5}))) == {"recorder"}
    assert roles.allowed(Peer(1, 4711, frozenset({0, 5}))) == {"kiosk", "technician"}
    assert roles.allowed(Peer(1, 1, frozenset({5}))) == frozenset()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[roles.user]\nnobody-like-this = ["kiosk"]', "nobody-like-this"),
        ('[roles.user]\nroot = ["king"]', "king"),
        ('[roles.users]\nroot = ["kiosk"]', "users"),
    ],
)
def test_an_unknown_name_in_the_roles_is_named(tmp_path: Path, text: str, names: str) -> None:
    path = tmp_path / "roles.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="E501") as caught:
        load_roles(path)
    assert names in caught.value.message
