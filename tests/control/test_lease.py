"""The lease: two seconds of silence of the operator's screen."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.control.lease import Lease

LASTS_NS = 2_000_000_000


@given(renewed_ns=st.integers(0, 10**15), later_ns=st.integers(0, 10**10))
def test_it_lives_two_seconds_and_not_longer(renewed_ns: int, later_ns: int) -> None:
    lease = Lease()
    lease.renew(renewed_ns)
    assert lease.alive(renewed_ns + later_ns) == (later_ns <= LASTS_NS)
    left_s = lease.left_s(renewed_ns + later_ns)
    assert left_s is not None
    assert 0.0 <= left_s <= 2.0
    assert (left_s == 0.0) == (later_ns >= LASTS_NS)


def test_without_a_screen_there_is_none() -> None:
    lease = Lease()
    assert not lease.alive(0)
    assert lease.left_s(0) is None


def test_it_ends_when_told() -> None:
    lease = Lease()
    lease.renew(10)
    lease.end()
    assert not lease.alive(11)


def test_each_renewal_counts_from_itself() -> None:
    lease = Lease()
    for t_ns in range(0, 20 * LASTS_NS, LASTS_NS // 4):
        lease.renew(t_ns)
        assert lease.alive(t_ns + LASTS_NS // 4)
