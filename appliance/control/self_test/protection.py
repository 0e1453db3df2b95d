"""The self-test's parts that cut without software: watchdog, pump, latch, limiter, comparators, relays."""

from typing import Final

from appliance.control.self_test.trial import RELAY_TICKS, Script, Trial, latch_word, relay_word

BELOW_TEST_TRIP_MA: Final = 21.5  # 23.5 less the trip's and an uncalibrated set's tolerance
ABOVE_TEST_TRIP_MA: Final = 25.0
EMPTY_TICKS: Final = 20  # 100 ms: the pump is empty 98 ms after its last edge (hardware design, 1)
REARM_TICKS: Final = 56  # 280 ms: one whole round of an unkicked TPS3430, 230 ms low and 31.6 ms high [B], and a tick
KICK_TICKS: Final = 60  # WDO stays low for 200 ms after a withheld kick
# 35 to 40 ms after the last edge, a rising one. The chip has tripped by 26.6 ms (31.6 after the falling edge before
# it), the pump not before 51 ms (hardware design, 1): what trips the latch in between is the chip alone.
CHIP_TICKS: Final = 7


def unkicked(t: Trial) -> Script:
    """No kick for long: the pump must be empty all the time, whatever the watchdog chip says as it rearms itself."""
    r = yield EMPTY_TICKS
    released = not r.e_stop
    if not t.check("red switch", "E401", released, "released" if released else "pushed or its wire open"):
        return
    if not t.check("relay at rest", "E320", r.relay_open, relay_word(r)):
        return
    r = yield REARM_TICKS
    found = "content" if r.watchdog_ok else "content at times: pump" if r.watchdog_was_ok else "tripped"
    t.check("watchdog unkicked", "E321", not r.watchdog_was_ok, found)


def latch(t: Trial) -> Script:
    """It wakes tripped, a kick alone leaves it so, an edge of LATCH_RESET sets it."""
    t.order.kick = True
    r = yield KICK_TICKS
    if not t.check("watchdog kicked", "E321", r.watchdog_ok, "content" if r.watchdog_ok else "tripped"):
        return
    if not t.check("kick alone leaves the latch", "E322", r.latch_tripped, latch_word(r)):
        return
    t.order.dummy = True  # before PERMIT: with OUT_OK stuck high, K1 would close as the latch is set
    yield RELAY_TICKS
    r = yield from t.reset()
    t.check("latch resets", "E322", not r.latch_tripped, latch_word(r))


def full_scale(t: Trial) -> Script:
    """All that DAC1 can ask for: the limiter holds it, or a comparator trips."""
    order, protect = t.order, t.numbers.protect
    order.compliance_v = t.numbers.limit.volts
    yield 4
    order.code = 4095
    r = yield from t.settle()
    high_ma = protect.trip_ma + protect.trip_tolerance_ma
    good = r.latch_tripped or protect.limiter_ma[0] <= r.return_ma <= high_ma
    found = "tripped" if r.latch_tripped else f"{r.return_ma:.2f} mA"
    if t.check("hardware limit at full scale", "E325", good, found):
        r = yield from t.off()
        t.check("latch resets after full scale", "E322", not r.latch_tripped, latch_word(r))


def comparator_a(t: Trial) -> Script:
    """The return side's, whose test acts with K2 at rest."""
    yield from _trip(t, "comparator A", "E326")


def comparator_b(t: Trial) -> Script:
    """The source side's, whose test acts with K2 reversed; K2 is proved on the way."""
    t.order.reversed = True
    r = yield RELAY_TICKS
    if not t.check("polarity relay reverses", "E328", r.reversed, "reversed" if r.reversed else "at rest"):
        return
    yield from _trip(t, "comparator B", "E327")
    if t.failed:
        return
    t.order.reversed = False
    r = yield RELAY_TICKS
    t.check("polarity relay returns", "E328", not r.reversed, "reversed" if r.reversed else "at rest")


def _trip(t: Trial, name: str, code: str) -> Script:
    """Below the shifted threshold nothing, above it the latch."""
    t.order.enable = True
    yield RELAY_TICKS
    yield from t.set(BELOW_TEST_TRIP_MA)
    t.order.shift = True
    r = yield from t.settle()
    if not t.check(f"{name} rests below its test point", code, not r.latch_tripped, latch_word(r)):
        return
    yield from t.set(ABOVE_TEST_TRIP_MA)
    r = yield from t.settle()
    if t.check(f"{name} trips above its test point", code, r.latch_tripped, latch_word(r)):
        r = yield from t.off()
        t.check(f"latch resets after {name}", "E322", not r.latch_tripped, latch_word(r))


def kick_off(t: Trial) -> Script:
    """Withheld with the line high, where the watchdog chip must trip the latch long before the pump can."""
    t.order.kick, t.order.rest_high = False, True
    r = yield CHIP_TICKS
    if not t.check("withheld kick trips the latch", "E321", r.latch_tripped, latch_word(r)):
        return
    yield KICK_TICKS
    t.order.kick, t.order.rest_high = True, False
    yield KICK_TICKS
    r = yield from t.reset()
    t.check("latch resets after the watchdog", "E322", not r.latch_tripped, latch_word(r))


def relay(t: Trial) -> Script:
    """K1 closes and opens once, at zero current and zero volts."""
    t.order.dummy = False
    yield RELAY_TICKS
    t.order.enable = True
    r = yield RELAY_TICKS
    if not t.check("safety relay closes", "E320", not r.relay_open, relay_word(r)):
        return
    t.order.enable = False
    r = yield RELAY_TICKS
    t.check("safety relay opens", "E320", r.relay_open, relay_word(r))
