"""A technician at a real terminal (a pty), a board on the virtual clock: what is asked, what is taken, what ends it."""

import os
import pty
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from virtual_board import Rig, rig

from appliance.errors import ConfigError
from appliance.service import typed_meter
from appliance.service.typed_meter import TypedMeter, parsed


class Terminal(NamedTuple):
    """Both ends of a pty: `keys` is the technician's, `file` the program's."""

    keys: int
    file: int
    said: list[str]

    @property
    def text(self) -> str:
        return "".join(self.said)

    def meter(self) -> TypedMeter:
        return TypedMeter(self.file, self.said.append)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    keys, file = pty.openpty()
    yield Terminal(keys, file, [])
    os.close(keys)
    os.close(file)


def after(ticks: int, do: Callable[[], object], tick: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """A tick that does something at the `ticks`-th call."""
    left = iter(range(ticks))

    def ticked() -> None:
        tick()
        if next(left, None) is None:
            do()

    return ticked


def types(terminal: Terminal, *lines: bytes) -> Callable[[], object]:
    """Types one line a call, then nothing."""
    waiting = iter(lines)

    def type_next() -> None:
        line = next(waiting, None)
        if line is not None:
            os.write(terminal.keys, line + b"\n")

    return type_next


class Technician:
    """Answers what a meter shows, a minute after being asked."""

    def __init__(self, r: Rig, terminal: Terminal) -> None:
        self._rig = r
        self._terminal = terminal
        self._meter = terminal.meter()
        self.ticks = 0

    def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
        def counted() -> None:
            tick()
            self.ticks += 1

        def answer() -> None:
            os.write(self._terminal.keys, f"{self._rig.bench.meter_ma():.3f}\n".encode())

        return self._meter.read(expected_ma, after(12_000, answer, counted))


def test_a_board_waits_for_a_slow_technician_and_is_calibrated_as_well(terminal: Terminal) -> None:
    r = rig(5)
    technician = Technician(r, terminal)
    outcome = r.calibrate(technician)
    assert technician.ticks > 24_000  # two minutes at 2 and 25 mA, and the latch has not tripped
    for row in outcome.rows:
        assert abs(row.after.set_ma) <= 0.0025 * row.true_ma + 0.006
    assert "Meter's reading in mA, all digits (about 2.0): " in terminal.text
    assert "Meter's reading in mA, all digits (about 25." in terminal.text


def test_before_anything_flows_it_says_where_the_meter_goes(terminal: Terminal) -> None:
    terminal.meter().place(after(1, types(terminal, b"")))
    assert "in series with the 1.00 kohm dummy load" in terminal.text
    assert "Press Enter" in terminal.text
    assert all(len(line) <= 80 for line in terminal.text.replace("): ", "): \n").splitlines())


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (b"abc", "'abc' is no number"),
        (b"", "'' is no number"),
        (b"nan", "'nan' is no number"),
        (b"-2.0", "'-2.0' is no number"),
        (b"inf", "'inf' is no number"),
        (b"25", "25 mA is more than 10% from the 2.02 mA"),
        (b"0.00201", "0.00201 mA is more than 10% from the 2.02 mA"),
        (b"1.8", "1.8 mA is more than 10%"),
        (b"\xff\xfe", "is no number"),
    ],
)
def test_what_cannot_be_is_asked_again_with_the_reason(terminal: Terminal, typed: bytes, why: str) -> None:
    answer = terminal.meter().read(2.02, after(1, types(terminal, typed, b"2.013")))
    assert answer == 2.013
    assert why in terminal.text
    assert terminal.text.count("Meter's reading in mA") == 2
    assert all(len(line) <= 80 for line in terminal.text.replace("): ", "): \n").splitlines())


@pytest.mark.parametrize(
    ("typed", "value_ma"),
    [("2.013", 2.013), (" 2,013 ", 2.013), ("2.013 mA", 2.013), ("25.01ma", 25.01), ("0", None), ("1e9", None)],
)
def test_a_number_as_people_write_it(typed: str, value_ma: float | None) -> None:
    assert parsed(typed) == value_ma


def test_keys_from_before_the_question_are_no_answer(terminal: Terminal) -> None:
    os.write(terminal.keys, b"1.9\n")
    assert terminal.meter().read(2.0, after(3, types(terminal, b"2.1"))) == 2.1


@pytest.mark.parametrize(("typed", "answer"), [(b"2.0\n25.0\n", (2.0, 25.0)), (b"2.0\n25.0", (2.0, 25.0))])
def test_answers_may_come_through_a_pipe(typed: bytes, answer: tuple[float, float]) -> None:
    reading, writing = os.pipe()
    os.write(writing, typed)
    os.close(writing)
    meter = TypedMeter(reading, [].append)
    assert (meter.read(2.0, lambda: None), meter.read(25.0, lambda: None)) == answer
    os.close(reading)


def test_the_end_of_the_input_ends_it_at_zero(terminal: Terminal) -> None:
    r = rig()
    meter = terminal.meter()

    class Leaves:
        def read(self, expected_ma: float, tick: Callable[[], None]) -> float:
            return meter.read(expected_ma, after(50, lambda: os.write(terminal.keys, b"\x04"), tick))

    with pytest.raises(ConfigError, match=r"E511.*input ended without the meter's reading at 2\.0 mA"):
        r.calibrate(Leaves())
    assert r.bench.meter_ma() < 0.001


def test_an_empty_input_is_an_end(tmp_path: object) -> None:
    file = os.open(os.devnull, os.O_RDONLY)
    with pytest.raises(ConfigError, match="input ended"):
        TypedMeter(file, [].append).place(lambda: None)
    os.close(file)


def test_nobody_is_waited_for_without_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_meter, "PATIENCE_S", 0.05)
    with pytest.raises(ConfigError, match="did not come within"):
        terminal.meter().read(2.0, lambda: None)
