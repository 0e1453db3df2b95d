"""Events are acknowledged in order, sent again, and never lost without being counted."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.control.event_queue import EventQueue
from appliance.link.framing import FRAME_BYTES
from appliance.link.messages import Event


def event(seq: int) -> Event:
    return Event(seq, seq * 10, "s", "state", {"n": seq})


def drained(queue: EventQueue) -> list[Event]:
    found = []
    while (line := queue.take()) is not None:
        found.append(msgspec.json.decode(line, type=Event))
    return found


def test_the_oldest_give_way_and_it_is_said() -> None:
    queue = EventQueue(limit=4)
    for seq in range(1, 8):
        queue.add(event(seq))
    lost, *kept = drained(queue)
    assert (lost.kind, lost.seq) == ("events_lost", 4)
    assert lost.detail == {"first_seq": 1, "last_seq": 4, "count": 4}
    assert kept == [event(5), event(6), event(7)]


def test_a_detail_that_no_frame_can_hold_leaves_the_event() -> None:
    queue = EventQueue()
    queue.add(Event(1, 2, "s", "fault", {"text": "x" * FRAME_BYTES}))
    (kept,) = drained(queue)
    assert (kept.seq, kept.kind, kept.session) == (1, "fault", "s")
    assert list(kept.detail) == ["left_out"]


steps = st.lists(st.sampled_from(("add", "take", "restart", "ack")), max_size=80)


@given(steps, st.integers(2, 6))
def test_every_event_is_delivered_or_counted(todo: list[str], limit: int) -> None:
    queue = EventQueue(limit)
    last = 0
    seen: set[int] = set()
    got: list[Event] = []
    for step in todo:
        if step == "add":
            last += 1
            queue.add(event(last))
        elif step == "take" and (line := queue.take()) is not None:
            got.append(msgspec.json.decode(line, type=Event))
        elif step == "restart":
            queue.restart()
        elif step == "ack" and got:
            queue.acknowledge(got[-1].seq)
        assert len(queue) <= limit
    for one in got + drained(queue):
        if one.kind == "events_lost":
            first, final = one.detail["first_seq"], one.detail["last_seq"]
            assert isinstance(first, int)
            assert isinstance(final, int)
            assert one.detail["count"] == final - first + 1
            seen.update(range(first, final + 1))
        else:
            seen.add(one.seq)
    assert seen == set(range(1, last + 1))
    assert queue.last == last
