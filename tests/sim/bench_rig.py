"""A bench with a hand on its pins: what the tests of the physical half share."""

from appliance.config import load_board
from appliance.sim.bench import Bench

BOARD = load_board()
MS = 1_000_000
S = 1_000 * MS
TICK_NS = 5 * MS


class Rig:
    """Kicks the watchdog each 5 ms while time passes, as the daemon would."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def pin(self, name: str, high: bool) -> None:
        self.bench.pins.write(getattr(BOARD.pin, name).gpio, high)

    def level(self, name: str) -> bool:
        return self.bench.pins.read(getattr(BOARD.pin, name).gpio)

    def kick(self) -> None:
        self.pin("watchdog_kick", not self.level("watchdog_kick"))

    def run_ms(self, ms: float) -> None:
        """Let time pass under a living daemon."""
        bench = self.bench
        end_ns = bench.now_ns + round(ms * MS)
        while bench.now_ns < end_ns:
            self.kick()
            bench.advance_to(min(end_ns, bench.now_ns + TICK_NS))

    def dead_ms(self, ms: float) -> None:
        """Let time pass without a kick."""
        self.bench.advance_to(self.bench.now_ns + round(ms * MS))

    def reset_latch(self) -> None:
        self.run_ms(260)
        self.pin("latch_reset", True)
        self.run_ms(5)
        self.pin("latch_reset", False)

    def arm(self) -> None:
        """Latch reset, ENABLE, K1 closed."""
        self.reset_latch()
        self.pin("enable", True)
        self.run_ms(40)

    def code(self, code: int) -> None:
        self.bench.i2c.transfer(BOARD.dac.set.address, bytes((code >> 8, code & 0xFF)), 0)

    def set_ma(self, ma: float) -> None:
        self.code(round(ma / BOARD.dac.set.ma_per_code))

    def volts(self, volts: float) -> None:
        code = min(4095, round(volts / BOARD.dac.compliance.v_per_code))
        self.bench.i2c.transfer(BOARD.dac.compliance.address, bytes((code >> 8, code & 0xFF)), 0)

    def ramp_to(self, ma: float, ma_per_s: float = 0.5) -> None:
        steps = max(1, round(ma / ma_per_s * 10))
        for step in range(1, steps + 1):
            self.set_ma(ma * step / steps)
            self.run_ms(100)

    def wave_ma(self, us: int) -> list[float]:
        """The patient's current, a point a microsecond, without kicks."""
        points = []
        for _ in range(us):
            self.bench.advance_to(self.bench.now_ns + 1000)
            points.append(self.bench.true_ma)
        return points


def treated(phenotype: str = "typical_palm", ma: float = 15.0, volts: float = 40.0, **bench: object) -> Rig:
    """Hands in, armed, ramped up quickly to `ma` (software's pace is not the matter here)."""
    rig = armed(phenotype, **bench)
    rig.volts(volts)
    rig.run_ms(20)
    if ma:
        rig.ramp_to(ma, 5.0)
    return rig


def armed(phenotype: str = "typical_palm", **bench: object) -> Rig:
    """Hands in the water, K1 closed, nothing set."""
    rig = Rig(Bench(BOARD, phenotype=phenotype, **bench))  # type: ignore[arg-type]
    rig.bench.act("hands_in")
    rig.run_ms(500)
    rig.arm()
    return rig


def deck_bench(*, volts: float, set_ma: float, recovery_us: float, limiter: bool, loop_ohm: float = 2088.0) -> Rig:
    """The decks' circuit: exact parts, 88 ohm bath, 600 ohm body, the rest skin of 2.2 uF in all, no electrodes."""
    bench = Bench(BOARD, phenotype="typical_palm", seed=3, op_amp_recovery_us=recovery_us)
    parts, patient = bench.parts, bench.patient
    parts.r_sense_ohm, parts.r_measure_ohm, parts.r_source_ohm, parts.source_gain = 21.0, 24.9, 4.02, 20.0
    parts.trip_return_v, parts.trip_source_v = 1.3535, 2.3706
    parts.limiter_ma = 29.44 if limiter else 1e6
    parts.r_limit_ohm = 20.5 if limiter else 0.1
    bench.changed()
    patient.body_ohm = 600.0
    patient.onset_to = 1.0
    skin_ohm = max(loop_ohm - 688.0, 12.0)
    for side in (patient.left, patient.right):
        side.motion = side.e_end_v = side.age_share = 0.0
        side.soften_v = 1e6
        side.rho_ohm_cm2 = side.rho_now_ohm_cm2 = skin_ohm / 2.0 * side.nominal_cm2
        side.c_f_per_cm2 = 4.4e-6 / side.nominal_cm2
    bench.act("hands_in")
    rig = Rig(bench)
    rig.run_ms(500)
    rig.arm()
    bench.circuit.aim(volts)
    rig.run_ms(30)
    bench.circuit.set_current(set_ma * 1e-3 * 21.0 / parts.set_divider)
    rig.run_ms(40)
    return rig


def word(rig: Rig, address: int, pointer: int = 0) -> int:
    """A register of an ADC, as the driver reads it."""
    return int.from_bytes(rig.bench.i2c.transfer(address, bytes((pointer,)), 2), "big", signed=pointer == 0)


def configure(rig: Rig, address: int, config: int) -> None:
    rig.bench.i2c.transfer(address, bytes((1, config >> 8, config & 0xFF)), 0)
    rig.run_ms(3)


def measuring(rig: Rig) -> Rig:
    """The return ADC runs as the product runs it."""
    configure(rig, BOARD.adc.return_.address, BOARD.adc.return_.config)
    return rig


def return_ma(rig: Rig) -> float:
    return word(rig, BOARD.adc.return_.address) * BOARD.adc.return_.ma_per_lsb


def source_ma(rig: Rig) -> float:
    configure(rig, BOARD.adc.source.address, BOARD.adc.source.config)
    return word(rig, BOARD.adc.source.address) * BOARD.adc.source.ma_per_lsb


def patient_v(rig: Rig) -> float:
    configure(rig, BOARD.adc.source.address, BOARD.adc.patient_volts.config)
    return word(rig, BOARD.adc.source.address) * BOARD.adc.patient_volts.v_per_count


def supply_v(rig: Rig) -> float:
    configure(rig, BOARD.adc.source.address, BOARD.adc.compliance_volts.config)
    return word(rig, BOARD.adc.source.address) * BOARD.adc.compliance_volts.v_per_count


def dac_out_v(rig: Rig) -> float:
    configure(rig, BOARD.adc.source.address, BOARD.adc.set_volts.config)
    return word(rig, BOARD.adc.source.address) * BOARD.adc.set_volts.v_per_count


def marked(rig: Rig) -> Rig:
    """What is felt counts from here."""
    rig.bench.felt.mark(rig.bench.now_ns)
    return rig
