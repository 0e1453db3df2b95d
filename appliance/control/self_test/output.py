"""The self-test's currents and volts on the dummy load: what flows without ENABLE, at rest, and at the test points."""

from typing import Final

from appliance.control.self_test.trial import RELAY_TICKS, Readings, Script, Trial, known, relay_word
from appliance.safety.monitors.loopback import DacLoopback

REST_MA: Final = 0.05  # a board whose code 0 leaves more is refused [D]
REST_SOURCE_MA: Final = 0.2  # the source sense is +-0.15 mA before calibration (hardware design, 2)
LEAK_SHARE: Final = 0.5  # of what the taps would take through a shorted Q2; Q2 itself leaks 1 uA at most [B]
LEAK_SET_MA: Final = 2.0  # asked for without ENABLE: with the clamp of Q3 gone as well it would flow
POINTS_MA: Final = (2.0, 10.0, 25.0)
PROBES_MA: Final = (0.1, 0.3, 0.5)
PROBE_ERROR_MA: Final = 0.25  # hardware design 2: the DAC's offset is at most 0.225 mA [B]
SENSORS_APART_MA: Final = 0.35  # return +-0.13 and source +-0.15 mA before calibration, and the volts tap
CALIBRATED_OFF: Final = (0.30, 0.01)  # set +-0.21, return +-0.06 mA after calibration (2), and 1 % of the reference [D]
VOLTS_MARGIN: Final = (0.5, 0.03)  # as the compliance loop-back's monitor [D]
RESISTOR_V: Final = 20.0  # volts-limited at 19 mA: far below every trip and below the limiter's knee
RESISTOR_SET_MA: Final = 25.0  # more than these volts can give, and not more than may ever be set
# Of R_LIM, beside the sense resistors: 64 ohm. With it 68 to 82 are found, without it 48 to 61: taps that differ by
# 0.4 % feign 4.7 (hardware design, 2), and F2, 5.5 when cold [B], transistors and contacts come on top, or not [D].
PRESENT_SHARE: Final = 0.7


def off(t: Trial) -> Script:
    """With the dummy in place and ENABLE low: full volts, a current asked for, and nothing may flow.

    A shorted Q2 puts V_COMP on both taps of the patient's volts, which R_HS then carries: 55 uA (hardware design, 2).
    """
    order = t.order
    order.dummy = True
    yield RELAY_TICKS
    order.enable = True
    r = yield RELAY_TICKS
    if not t.check("dummy load keeps the patient off", "E320", r.relay_open, relay_word(r)):
        return
    order.enable = False
    r = yield from t.settle()
    before_ma = known(r.source_ma, "the source current without ENABLE")
    order.compliance_v = t.numbers.limit.volts
    order.code = t.scales.set_code(LEAK_SET_MA)
    r = yield from t.settle()
    leak_ma = known(r.source_ma, "the source current without ENABLE") - before_ma
    volts = known(r.compliance_v, "the compliance voltage")
    if not t.check("volts without ENABLE", "E324", near(t, volts), f"{volts:.2f} V"):
        return
    taps_ma = 2.0 * volts / t.numbers.adc.patient_volts.tap_ohm * 1000.0
    shut = leak_ma <= LEAK_SHARE * taps_ma and abs(r.return_ma) <= REST_MA
    t.check("high-side switch holds off", "E331", shut, f"{leak_ma * 1000.0:.0f} uA at {volts:.0f} V")
    order.code, order.compliance_v = 0, 0.0
    yield RELAY_TICKS


def rest(t: Trial) -> Script:
    """Output on the dummy at code 0, then the probe's currents."""
    order = t.order
    order.enable = True
    yield RELAY_TICKS
    order.compliance_v = t.numbers.limit.probe_volts
    r = yield from t.settle()
    source_ma = known(r.source_ma, "the source current")
    rests = abs(r.return_ma) <= REST_MA and abs(source_ma) <= REST_SOURCE_MA
    if not t.check("current at rest", "E329", rests, f"return {r.return_ma:.3f}, source {source_ma:.3f} mA"):
        return
    errors = []
    for probe_ma in PROBES_MA:
        order.code = t.scales.set_code(probe_ma)
        r = yield from t.settle()
        errors.append(r.return_ma - t.scales.set_ma(order.code))
    t.probe_offset_ma = sum(errors) / len(errors)
    worst_ma = max(abs(e) for e in errors)
    t.check("probe", "E330", worst_ma <= PROBE_ERROR_MA, f"off by {worst_ma:.3f} mA")


def points(t: Trial) -> Script:
    """Three currents: set, DAC1's own output, return, source and volts must agree."""
    for set_ma in POINTS_MA:
        yield from t.set(set_ma)
        r = yield from t.settle()
        if not (_loopback(t, r, set_ma) and _current(t, r, set_ma) and _volts(t, r, set_ma)):
            return


def _loopback(t: Trial, r: Readings, set_ma: float) -> bool:
    """As the monitor sees it in treatment; the monitor must not be the first to see that its tap is open."""
    code = known(r.set_volts_code, "DAC1's output")
    allowed = DacLoopback.CODES + DacLoopback.OFFSET_CODES + DacLoopback.GAIN * t.order.code
    good = abs(code - t.order.code) <= allowed
    return t.check(f"DAC1's output at {set_ma:g} mA", "E333", good, f"code {code:.0f} of {t.order.code}")


def _current(t: Trial, r: Readings, set_ma: float) -> bool:
    bounds = t.numbers.calibration
    uncalibrated = (bounds.max_offset_ma, bounds.max_gain_error)
    offset_ma, share = CALIBRATED_OFF if t.scales.calibration.measured else uncalibrated
    source_ma = known(r.source_ma, "the source current")
    true = abs(r.return_ma - set_ma) <= offset_ma + share * set_ma
    agree = abs(source_ma - r.return_ma) <= SENSORS_APART_MA
    found = f"return {r.return_ma:.2f}, source {source_ma:.2f} mA"
    return t.check(f"{set_ma:g} mA on the dummy", "E323", true and agree, found)


def _volts(t: Trial, r: Readings, set_ma: float) -> bool:
    expected_v = r.return_ma * t.numbers.relay.dummy_ohm / 1000.0
    patient_v = known(r.patient_v, "the volts on the dummy load")
    compliance_v = known(r.compliance_v, "the compliance voltage")
    good = _near(patient_v, expected_v) and near(t, compliance_v)
    return t.check(f"volts at {set_ma:g} mA", "E324", good, f"{patient_v:.2f} V of {compliance_v:.2f} V")


def limiter_resistor(t: Trial) -> Script:
    """More current asked for than the volts can give: what they lose outside the load is the loop's own resistance."""
    order, numbers = t.order, t.numbers
    order.code = 0
    yield 2
    order.compliance_v = RESISTOR_V
    yield 4
    order.code = t.scales.set_code(RESISTOR_SET_MA)
    r = yield from t.settle()
    lost_v = known(r.compliance_v, "the compliance voltage") - known(r.patient_v, "the volts on the dummy load")
    ohm = lost_v / r.return_ma * 1000.0 if r.return_ma >= RESISTOR_V / 2.0 else 0.0
    sense_ohm = numbers.adc.source.ohm + numbers.adc.return_.ohm + numbers.dac.set.r_sense_ohm
    least_ohm = sense_ohm + PRESENT_SHARE * numbers.protect.limiter_ohm
    t.check("limiter's resistor is in the loop", "E332", ohm >= least_ohm, f"{ohm:.0f} ohm outside the load")
    order.code = 0
    yield 4


def near(t: Trial, compliance_v: float) -> bool:
    """Whether V_COMP is what was asked."""
    return _near(compliance_v, t.order.compliance_v)


def _near(volts: float, expected_v: float) -> bool:
    return abs(volts - expected_v) <= VOLTS_MARGIN[0] + VOLTS_MARGIN[1] * expected_v
