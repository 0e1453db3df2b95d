"""The lease: two seconds of silence of the operator's screen."""

from hypothesis import example, given
from hypothesis import strategies as st

from appliance.control.lease import Lease

LASTS_NS = 2_000_000_000


@given(renewed_ns=st.integers(0, 10**15), later_ns=st.integers(0, 10**10))
@example(renewed_ns=0, later_ns=LASTS_NS)
@example(renewed_ns=5, later_ns=LASTS_NS + 1)
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


@given(
    st.lists(st.tuples(st.one_of(st.integers(0, 3 * 10**9), st.just(LASTS_NS), st.just(1)), st.booleans()), max_size=60)
)
def test_any_sequence_of_renewals_and_silence(steps: list[tuple[int, bool]]) -> None:
    """Alive exactly while the last renewal is two seconds old at most, whatever came before."""
    lease, t_ns, renewed_ns = Lease(), 10**9, None
    for gap_ns, renews in steps:
        t_ns += gap_ns
        assert lease.alive(t_ns) == (renewed_ns is not None and t_ns - renewed_ns <= LASTS_NS)
        if renews:
            lease.renew(t_ns)
            renewed_ns = t_ns
            assert lease.alive(t_ns)
