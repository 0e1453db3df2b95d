"""The vendor drivers, used safely: their own code runs, and what is known to be wrong with them cannot happen."""

import errno
import gc
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

import adafruit_mcp4725
import pytest
from adafruit_ads1x15 import ads1x15
from adafruit_bus_device import i2c_device
from hal_rig import NUMBERS, Call, Counted, Rig

from appliance.errors import OutputError, SensingError
from appliance.hal.adc import MonitorAdc, ReturnAdc
from appliance.hal.dac import Dac
from appliance.hal.i2c import I2cBus

ROOT = Path(__file__).parent.parent.parent
RETURN = 0x48


def vendor_calls(work: Call) -> Counter[str]:
    """Functions of the vendor's own files that ran, by name."""
    files = {ads1x15.__file__, i2c_device.__file__, adafruit_mcp4725.__file__}
    calls: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            calls[frame.f_code.co_name] += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def in_a_process_of_its_own(*arguments: str) -> str:
    """Standard output of a Python that must succeed in silence."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_access_of_a_tick_runs_the_vendors_code() -> None:
    rig = Rig().opened()

    def tick() -> None:
        rig.board.read_return_counts()
        rig.board.collect_monitor_counts()
        rig.board.write_set_code(100)
        rig.board.start_monitor("source")

    calls = vendor_calls(tick)
    assert calls["get_last_result"] == 2
    assert calls["_write_fast_mode"] == 1
    assert calls["_write_config"] == 1
    assert calls["__enter__"] == calls["__exit__"] == 4


def test_a_whole_tick_never_polls_sleeps_reads_fast_or_saves() -> None:
    rig = Rig()
    slept: list[float] = []

    def session() -> None:
        rig.board.open_chips()
        for channel in ("patient_volts", "source", "compliance_volts", "set_volts"):
            rig.board.start_monitor(channel)
            rig.tick()
            rig.board.collect_monitor_counts()
            rig.board.read_return_counts()
            rig.board.read_return_config()
            rig.board.write_set_code(50)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        calls = vendor_calls(session)
    assert slept == []
    assert not {"read", "_read", "_conversion_complete", "save_to_eeprom"} & set(calls)
    assert rig.t_ns < 4 * 5_000_000 + 20_000_000


def test_the_drivers_import_without_detecting_a_platform_and_leave_no_stand_in_behind() -> None:
    script = (
        "import sys; from appliance.hal import board\n"
        "bad = [m for m in sys.modules if m.split('.')[0] in"
        " {'board', 'busio', 'adafruit_blinka', 'adafruit_platformdetect', 'microcontroller', 'lgpio'}]\n"
        "assert not bad, bad"
    )
    in_a_process_of_its_own("-c", script)


def test_the_return_adc_converts_continuously_at_06e3() -> None:
    rig = Rig().opened()
    assert rig.board.read_return_config() == 0x06E3
    rig.return_volts[0] = 0.3735  # 15 mA in 24.9 ohm
    rig.tick()
    assert rig.board.read_return_counts() == round(0.3735 / 1.024 * 32768)
    rig.return_volts[0] = -0.01
    rig.tick()
    assert rig.board.read_return_counts() == -320


def test_after_a_look_at_the_configuration_the_current_is_not_read_as_2_21_ma() -> None:
    rig = Rig().opened()
    for _ in range(3):
        assert rig.board.read_return_config() == 0x06E3
        assert rig.board.read_return_counts() == 0


def test_the_monitor_adc_is_started_and_collected_a_tick_later() -> None:
    rig = Rig().opened()
    rig.monitor_volts.update({4: 1.0, 5: 2.0, 6: 3.0, 7: 4.0})
    wanted = {"patient_volts": 8000, "compliance_volts": 16000, "source": 24000, "set_volts": 32000}
    for channel, counts in wanted.items():
        rig.board.start_monitor(channel)
        rig.tick()
        assert rig.board.collect_monitor_counts() == counts


def test_collecting_too_early_gives_the_older_result_at_once() -> None:
    rig = Rig().opened()
    rig.monitor_volts.update({4: 1.0, 6: 3.0})
    rig.board.start_monitor("source")
    rig.tick()
    rig.board.start_monitor("patient_volts")
    before_ns = rig.t_ns
    assert rig.board.collect_monitor_counts() == 24000
    assert rig.t_ns - before_ns < 200_000


def test_each_monitor_channel_writes_the_boards_configuration() -> None:
    rig = Rig()
    counted = Counted(rig.bus)
    monitor = MonitorAdc(I2cBus(counted, NUMBERS.i2c), NUMBERS.adc)
    counted.seen.clear()
    monitor.start("patient_volts")
    monitor.start("set_volts")
    assert [write for _, write, _ in counted.seen] == [b"\x01\xc3\xe3", b"\x01\xf3\xe3"]


def test_a_brown_out_shows_in_the_configuration_although_the_current_still_reads_half() -> None:
    rig = Rig().opened()
    rig.return_volts[0] = 0.3735
    rig.tick()
    whole = rig.board.read_return_counts()
    rig.return_adc.brown_out()
    rig.tick()
    assert rig.board.read_return_counts() == 0
    rig.bus.transfer(RETURN, b"\x01\x04\xe3", 0)  # somebody restarts it in its reset range
    rig.tick()
    assert rig.board.read_return_counts() == pytest.approx(whole / 2, abs=1)
    assert rig.board.read_return_config() != 0x06E3


def test_an_adc_that_wakes_on_another_channel_is_refused() -> None:
    rig = Rig()
    rig.bus.transfer(RETURN, b"\x01\x16\xe3", 0)
    with pytest.raises(SensingError, match=r"E205: return ADC \(0x48\) holds 0x16e3"):
        rig.board.open_chips()


@pytest.mark.parametrize("flag", ["-O", "-B"])
def test_a_code_out_of_range_never_reaches_the_driver(flag: str) -> None:
    """Also under -O, where the driver's own check, an assert, is gone."""
    script = (
        "import sys; sys.path[:0] = ['tests/hal']\n"
        "from hal_rig import Rig\n"
        "rig = Rig().opened(); rig.board.write_set_code(7)\n"
        "for code in (-1, 4096, 65535):\n"
        "    try: rig.board.write_set_code(code)\n"
        "    except ValueError as error: print(error, rig.set_output)\n"
    )
    refused = [f"DAC1, current (0x62): code {code} is not 0..4095 (7, 0)" for code in (-1, 4096, 65535)]
    assert in_a_process_of_its_own(flag, "-c", script).splitlines() == refused


def test_opening_sets_both_dacs_to_zero_before_anything_else() -> None:
    rig = Rig()
    rig.bus.transfer(0x62, b"\x0f\xff", 0)
    rig.bus.transfer(0x63, b"\x0f\xff", 0)
    rig.bus.nack.add(RETURN)
    with pytest.raises(SensingError):
        rig.board.open_chips()
    assert rig.set_output == rig.compliance_output == (0, 0)


def test_a_board_that_would_wake_at_mid_scale_is_refused_and_provisioning_cures_it() -> None:
    rig = Rig(eeprom=(2048, 0))
    with pytest.raises(OutputError, match=r"E312: DAC1, current \(0x62\) would wake with code 2048"):
        rig.board.open_chips()
    before_ns = rig.t_ns
    rig.board.provision()
    assert rig.t_ns - before_ns < 200_000_000
    rig.board.open_chips()
    for dac in (rig.set_dac, rig.compliance_dac):
        dac.brown_out()
    assert rig.set_output == rig.compliance_output == (0, 1)


def test_provisioning_is_refused_while_enable_is_high() -> None:
    rig = Rig(eeprom=(2048, 0))
    rig.board.enable(True)
    with pytest.raises(OutputError, match="E312"):
        rig.board.provision()
    assert rig.set_dac.read(5)[3:] == b"\x08\x00"
    rig.board.enable(False)
    rig.board.provision()
    assert rig.set_dac.read(5)[3:] == b"\x20\x00"


def test_provisioning_gives_up_on_a_chip_that_never_gets_ready() -> None:
    rig = Rig(eeprom=(2048, 0))
    dac = Dac(I2cBus(rig.bus, NUMBERS.i2c), 0x62, "DAC1")
    rig.set_dac._eeprom_write_ns = 10**12
    with pytest.raises(OutputError, match=r"E312.*not written within 100 ms"):
        dac.provision(0, 1, rig)
    assert rig.t_ns < 200_000_000


def test_writes_during_an_eeprom_write_are_lost_and_the_state_says_so() -> None:
    rig = Rig().opened()
    dac = Dac(I2cBus(rig.bus, NUMBERS.i2c), 0x62, "DAC1")
    rig.bus.transfer(0x62, b"\x62\x00\x00", 0)
    dac.write_code(1000)
    assert (rig.set_output, dac.read_state().ready, dac.read_state().code) == ((0, 1), False, 0)
    rig.t_ns += 50_000_000
    dac.write_code(1000)
    assert (rig.set_output, dac.read_state().ready, dac.read_state().code) == ((1000, 0), True, 1000)


def board_calls(rig: Rig) -> dict[int, list[Call]]:
    board = rig.board
    return {
        0x48: [board.read_return_counts, board.read_return_config],
        0x49: [board.collect_monitor_counts, lambda: board.start_monitor("source")],
        0x62: [lambda: board.write_set_code(1)],
        0x63: [lambda: board.write_compliance_code(1)],
    }


@pytest.mark.parametrize("address", [0x48, 0x49, 0x62, 0x63])
def test_a_chip_that_stops_answering_is_named_with_its_code_and_address(address: int) -> None:
    rig = Rig().opened()
    rig.bus.nack.add(address)
    kind = SensingError if address < 0x50 else OutputError
    code = "E206" if address < 0x50 else "E311"
    for call in board_calls(rig)[address]:
        with pytest.raises(kind, match=f"{code}: .*{address:#04x}.*does not answer"):
            call()
    with pytest.raises(kind, match=f"{code}: .*{address:#04x}.*does not answer"):
        rig.board.open_chips()


@pytest.mark.parametrize("address", [0x48, 0x49, 0x62, 0x63])
def test_a_hung_bus_ends_every_call_within_one_time_out(address: int) -> None:
    rig = Rig().opened()
    rig.bus.hang = True
    for call in board_calls(rig)[address]:
        before_ns = rig.t_ns
        with pytest.raises((SensingError, OutputError)):
            call()
        assert rig.t_ns - before_ns == NUMBERS.i2c.timeout_ms * 1e6


@pytest.mark.parametrize("number", [errno.ENXIO, errno.EREMOTEIO])
def test_one_or_two_nacks_are_survived_and_the_third_is_an_error(number: int) -> None:
    rig = Rig()
    counted = Counted(rig.bus)
    adc = ReturnAdc(I2cBus(counted, NUMBERS.i2c), NUMBERS.adc.return_)
    for nacks in (1, 2):
        counted.seen.clear()
        counted.refuse = [number] * nacks
        assert adc.read_counts() == 0
        assert len(counted.seen) == nacks + 1
    counted.seen.clear()
    counted.refuse = [number] * 9
    with pytest.raises(SensingError, match="E206"):
        adc.read_counts()
    assert len(counted.seen) == 3


def test_the_general_call_is_refused_and_resets_nothing() -> None:
    rig = Rig().opened()
    rig.board.write_set_code(123)
    bus = I2cBus(rig.bus, NUMBERS.i2c)
    for call in (
        lambda: bus.writeto(0x00, b"\x06"),
        lambda: bus.readfrom_into(0x00, bytearray(1)),
        lambda: bus.writeto_then_readfrom(0x00, b"\x09", bytearray(1)),
    ):
        with pytest.raises(ValueError, match="0x00 is forbidden"):
            call()
    assert rig.set_output == (123, 0)
    assert rig.board.read_return_config() == 0x06E3


def test_the_bus_reads_and_writes_the_part_of_the_buffer_that_was_asked() -> None:
    rig = Rig().opened()
    bus = I2cBus(rig.bus, NUMBERS.i2c)
    found = bytearray(6)
    bus.writeto_then_readfrom(0x48, b"\xff\x01\xff", found, out_start=1, out_end=2, in_start=2, in_end=4)
    assert found == b"\x00\x00\x06\xe3\x00\x00"
    bus.writeto(0x62, bytearray(b"\xff\x01\x02\xff"), start=1, end=3)
    assert rig.set_output == (0x102, 0)
    bus.readfrom_into(0x62, found, start=1, end=4)
    assert found == b"\x00\xc0\x10\x20\x00\x00"
    assert bus.try_lock()
    bus.unlock()
    bus.deinit()


def test_nothing_of_this_starts_a_thread() -> None:
    before = threading.active_count()
    Rig().opened()
    assert threading.active_count() == before


def test_a_silent_chip_leaves_nothing_for_the_collector_which_is_off_in_the_daemon() -> None:
    """A bus that is dead for days, as when the red switch is left pushed, is tried five times a second."""
    rig = Rig().opened()
    rig.bus.nack.update((RETURN, NUMBERS.dac.set.address))
    gc.collect()
    gc.disable()
    try:
        for _ in range(50):
            with pytest.raises(SensingError):
                rig.board.read_return_counts()
            with pytest.raises(OutputError):
                rig.board.write_set_code(100)
        found = gc.collect()
    finally:
        gc.enable()
    assert found < 50, "pytest's own, not one a try"


def test_chips_that_never_answered_are_silent_and_no_error_of_the_program() -> None:
    """Power comes with the red switch pushed: whatever is asked of a chip then is one that does not answer."""
    board = Rig().board
    for ask in (
        board.read_return_counts,
        board.read_return_config,
        lambda: board.start_monitor("source"),
        board.collect_monitor_counts,
        lambda: board.write_set_code(0),
        lambda: board.write_compliance_code(0),
    ):
        with pytest.raises(SensingError, match="E206"):
            ask()
