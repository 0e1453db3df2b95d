"""What CONTACT makes of a signature: a person, enough of one, and how long it looks. The fit itself is given."""

from collections.abc import Callable

import pytest
from contact_try import SOUGHT, Try

from appliance.treatment import contact
from appliance.treatment.contact import SUB_TICK_S, SUB_TICKS, Verdict
from appliance.treatment.signature import Point, Signature

SETTLES = 3  # plateaus that only teach
PALM = Signature(700.0, 2000.0, 4e-3)  # 2 uF


class Given:
    """In place of the fit: it takes two calls, and says what it was given."""

    found = PALM
    result: Signature | None = None

    def __init__(self, points: list[Point], step_ma: float, window_s: float) -> None:
        self.points, self.step_ma = points, step_ma
        self.calls = 0

    def advance(self) -> None:
        self.calls += 1
        self.result = self.found if self.calls == 2 else None


class Looked(Try):
    """A try whose fit is given."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        found: Signature,
        first_c_f: float | None = None,
        ohm: Callable[[int], float] = lambda _plateau: 1000.0,
    ) -> None:
        super().__init__(first_c_f, ohm=ohm)
        self.given: list[Given] = []

        def fit(points: list[Point], step_ma: float, window_s: float) -> Given:
            made = Given(points, step_ma, window_s)
            made.found = found
            self.given.append(made)
            return made

        monkeypatch.setattr(contact, "Fit", fit)

    def until_judged(self) -> tuple[Verdict, str | None]:
        """Feed until a signature was judged; the verdict and what is missing."""
        for _ in range(200 * SUB_TICKS):
            self.feed(1)
            if self.probe.signature is not None or (self.probe.verdict == "seeking" and self.n > SOUGHT):
                return self.probe.verdict, self.probe.why
        raise AssertionError("never judged")

    @property
    def plateaus(self) -> float:
        """Of measuring, until now."""
        return (self.n - SOUGHT) / SUB_TICKS


def of(c_uf: float, *, r_inst: float = 700.0, r_skin: float = 2000.0) -> Signature:
    return Signature(r_inst, r_skin, c_uf * 1e-6 * r_skin)


GOOD = ("good", None)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (of(1.04), ("measuring", "E216")),  # 0.35 x 20 nF/cm2 of 150 cm2 are 1.05 uF
        (of(1.06), GOOD),
        (of(7.4), GOOD),  # 50 nF/cm2 are 7.5 uF
        (of(7.6), ("measuring", "E213")),
        (of(2.0, r_inst=2500.0), GOOD),
        (of(2.0, r_inst=2510.0), ("measuring", "E215")),
        (of(4.0, r_skin=221.0), ("measuring", "E213")),  # a quarter of the loop must be skin
        (of(4.0, r_skin=246.0), GOOD),
        (of(4.5, r_inst=248.0, r_skin=201.0), ("measuring", "E213")),  # 450 ohm is the least of hands
        (of(4.5, r_inst=249.0, r_skin=201.0), GOOD),
        (Signature(700.0, 0.0, 4e-3), ("measuring", "E213")),
    ],
)
def test_a_first_contact(monkeypatch: pytest.MonkeyPatch, found: Signature, verdict: tuple[str, str | None]) -> None:
    assert Looked(monkeypatch, found).until_judged() == verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (of(1.69), ("measuring", "E216")),  # 0.85 of the first 2 uF
        (of(1.71), GOOD),
        (of(2.0, r_skin=77.0), ("measuring", "E213")),  # a tenth of the loop
        (of(2.0, r_skin=79.0), GOOD),
        (of(2.0, r_inst=900.0, r_skin=100.0), GOOD),
        (of(2.0, r_inst=200.0, r_skin=100.0), GOOD),  # softened and hot: no least resistance
        (of(7.6), ("measuring", "E213")),
        (of(2.0, r_inst=2510.0), ("measuring", "E215")),
    ],
)
def test_a_resume(monkeypatch: pytest.MonkeyPatch, found: Signature, verdict: tuple[str, str | None]) -> None:
    assert Looked(monkeypatch, found, 2e-6).until_judged() == verdict


@pytest.mark.parametrize(("r_inst", "soft"), [(1200.0, False), (1210.0, True)])
def test_soft_water_is_said_and_treated(monkeypatch: pytest.MonkeyPatch, r_inst: float, soft: bool) -> None:
    looked = Looked(monkeypatch, of(2.0, r_inst=r_inst))
    assert not looked.probe.soft_water
    assert looked.until_judged() == GOOD
    assert looked.probe.soft_water is soft


@pytest.mark.parametrize(
    ("r_inst", "first_c_f", "steps", "fits"),
    [
        (700.0, None, 30, 1),
        (510.0, None, 30, 1),
        (490.0, None, 30 + SETTLES + 50, 2),  # little skin beside so little bath: looked at again, for longer
        (700.0, 2e-6, 30, 1),
        (490.0, 2e-6, 30, 1),
    ],
)
def test_how_long_it_looks(
    monkeypatch: pytest.MonkeyPatch, r_inst: float, first_c_f: float | None, steps: int, fits: int
) -> None:
    looked = Looked(monkeypatch, of(2.0, r_inst=r_inst), first_c_f)
    assert looked.until_judged() == GOOD
    assert len(looked.given) == fits
    assert looked.plateaus == pytest.approx(SETTLES + steps, abs=0.2)


def test_what_it_hands_to_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.09 to 0.27 mA through 1 kohm: each place answers with 0.18 V, plain and shifted."""
    looked = Looked(monkeypatch, PALM)
    looked.until_judged()
    (given,) = looked.given
    assert given.step_ma == pytest.approx(0.18)
    assert [point.response_v for point in given.points] == pytest.approx([0.18] * len(given.points))
    assert len(given.points) >= 2 * (SUB_TICKS - 10)
    assert all(0.0 < point.t_s < SUB_TICKS * SUB_TICK_S for point in given.points)


def test_after_a_refusal_it_looks_again_and_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch, of(1.0))
    assert looked.until_judged() == ("measuring", "E216")
    assert looked.probe.steady_left_s == pytest.approx(3.0, abs=0.01)
    looked.feed((30 + SETTLES) * SUB_TICKS + 10)
    assert len(looked.given) == 2
    assert looked.probe.why == "E216"


def test_once_good_it_stays_so_at_the_same_level(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch, PALM)
    looked.until_judged()
    assert (looked.probe.meter, looked.probe.stage, looked.probe.steady_left_s) == (1.0, "steady", None)


# ------------------------------------------------------------ a hand that leaves while it is looked at


@pytest.mark.parametrize(("share", "verdict"), [(1.10, GOOD), (1.15, ("measuring", "E216"))])
def test_a_loop_that_rose_by_12_percent_is_leaving(
    monkeypatch: pytest.MonkeyPatch, share: float, verdict: tuple[str, str | None]
) -> None:
    """From the end of the second third on; by halves it would be 1.10 where it is 1.15."""
    looked = Looked(monkeypatch, PALM, ohm=lambda plateau: 1000.0 * (share if plateau >= 23 else 1.0))
    assert looked.until_judged() == verdict


def test_a_third_is_a_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last seven of 29 are 13 % higher: the mean of a third is not, that of a quarter would be."""
    looked = Looked(monkeypatch, PALM, ohm=lambda plateau: 1000.0 * (1.13 if plateau >= 25 else 1.0))
    assert looked.until_judged() == GOOD


@pytest.mark.parametrize(("share", "lost"), [(0.81, False), (0.79, True)])
def test_another_loop_than_before_begins_anew(monkeypatch: pytest.MonkeyPatch, share: float, lost: bool) -> None:
    looked = Looked(monkeypatch, PALM, ohm=lambda plateau: 1000.0 * (1.0 if plateau < 15 else share))
    verdict, _ = looked.until_judged()
    assert (verdict == "seeking") is lost


@pytest.mark.parametrize(("more_ohm", "lost"), [(36.0, False), (44.0, True)])
def test_of_a_small_loop_50_ohm_are_another_loop(monkeypatch: pytest.MonkeyPatch, more_ohm: float, lost: bool) -> None:
    """A step up that ends in the new loop shows five quarters of what was added: 45 ohm, and 55."""
    looked = Looked(monkeypatch, PALM, ohm=lambda plateau: 150.0 + (more_ohm if plateau >= 15 else 0.0))
    verdict, _ = looked.until_judged()
    assert (verdict == "seeking") is lost


def test_a_plateau_without_volts_takes_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch, PALM)
    looked.feed(SOUGHT + 10 * SUB_TICKS)
    looked.knows_volts = False
    looked.feed(SUB_TICKS)
    looked.knows_volts = True
    assert looked.until_judged() == GOOD
    assert [point.response_v for point in looked.given[0].points] == pytest.approx([0.18] * len(looked.given[0].points))
