"""The bus: who does not answer, what noise makes of a byte at the patient and in a register, how long it takes."""

import pytest
from bench_rig import BOARD, MS, Rig, measuring, return_ma, treated, word

SET, RETURN = BOARD.dac.set.address, BOARD.adc.return_.address


def running(ma: float = 5.0) -> Rig:
    return measuring(treated("very_sweaty_palm", ma=ma, volts=30.0))


def took_ns(rig: Rig) -> int:
    begun_ns = rig.bench.now_ns
    word(rig, RETURN)
    return rig.bench.now_ns - begun_ns


def test_a_deaf_chip_keeps_what_it_had() -> None:
    rig = running()
    rig.bench.act("i2c_nack", address=SET)
    with pytest.raises(OSError, match="acknowledge"):
        rig.set_ma(0.0)
    rig.run_ms(20)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.bench.act("i2c_nack", address=SET, restore=True)
    rig.set_ma(0.0)
    rig.run_ms(5)
    assert rig.bench.true_ma < 0.05


def test_a_chip_that_misses_two_transfers_takes_the_third() -> None:
    rig = running()
    rig.bench.act("i2c_nack_once", address=SET, count=2)
    for _ in range(2):
        with pytest.raises(OSError, match="acknowledge"):
            rig.set_ma(1.0)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.set_ma(1.0)
    rig.run_ms(5)
    assert rig.bench.true_ma == pytest.approx(1.0, abs=0.1)


def test_a_hanging_bus_times_out_and_the_dac_stays() -> None:
    rig = running()
    rig.bench.act("i2c_hang")
    begun_ns = rig.bench.now_ns
    with pytest.raises(TimeoutError):
        rig.set_ma(0.0)
    assert rig.bench.now_ns - begun_ns == BOARD.i2c.timeout_ms * MS
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)
    rig.bench.act("i2c_hang", restore=True)
    rig.set_ma(0.0)


@pytest.mark.parametrize("real_time", [False, True])
def test_a_stretched_clock_takes_its_time_even_where_transfers_take_none(real_time: bool) -> None:
    rig = measuring(treated(ma=0.0, real_time=real_time))
    usual_ns = took_ns(rig)
    assert (usual_ns == 0) is real_time
    rig.bench.act("i2c_slow", factor=10.0)
    slow_ns = took_ns(rig)
    assert slow_ns == pytest.approx(10.0 * 48 * 1e9 / BOARD.i2c.hz, rel=0.05)
    rig.bench.act("i2c_slow", restore=True)
    assert took_ns(rig) == usual_ns


def test_noise_on_a_write_is_felt_until_the_next() -> None:
    rig = running()
    rig.bench.act("i2c_noise", address=SET)
    rig.set_ma(5.0)
    rig.run_ms(5)
    assert rig.bench.true_ma == pytest.approx(5.0 + 2048 * BOARD.dac.set.ma_per_code, rel=0.06)
    rig.set_ma(5.0)
    rig.run_ms(5)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)


def test_noise_on_a_power_down_bit_takes_the_output_away() -> None:
    rig = running()
    rig.bench.act("i2c_noise", address=SET, bit=4)
    rig.set_ma(5.0)
    rig.run_ms(5)
    assert rig.bench.true_ma < 0.05


def test_noise_on_a_read_is_seen_once_and_not_felt() -> None:
    rig = running()
    rig.bench.act("i2c_noise", address=RETURN, written=False, bit=6)
    readings = [return_ma(rig) for _ in range(3)]
    assert abs(readings[0] - readings[1]) == pytest.approx(0x4000 * BOARD.adc.return_.ma_per_lsb, rel=0.01)
    assert readings[2] == pytest.approx(5.0, rel=0.06)
    assert rig.bench.true_ma == pytest.approx(5.0, rel=0.05)


def test_noise_at_an_address_where_nobody_lives_changes_nothing() -> None:
    rig = running()
    rig.bench.act("i2c_noise", address=0x20)
    rig.bench.act("i2c_nack_once", address=0x20)
    rig.run_ms(5)
    assert return_ma(rig) == pytest.approx(5.0, rel=0.06)
