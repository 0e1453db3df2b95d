"""A board file that is looser than the hard limits is refused by the daemon, with the key's name."""

import msgspec
import pytest

from appliance.config import DEFAULT_BOARD_FILE, Board, load_board, parse_toml
from appliance.control.commands import Commands
from appliance.control.daemon import Daemon
from appliance.errors import ConfigError
from appliance.hal.board import bench_board
from appliance.hal.calibration import Calibration
from appliance.hal.scales import Scales
from appliance.proof.direct_talk import DirectTalk
from appliance.proof.permission import DemoPermission
from appliance.sim.bench import Bench


def daemon_of(numbers: Board) -> Daemon:
    bench = Bench(load_board(), phenotype="typical_palm")
    board = bench_board(numbers, bench.i2c, bench.pins, bench.clock)
    scales = Scales(numbers, Calibration.identity(numbers))
    commands = Commands(DemoPermission(), 25.0, simulated=True)
    return Daemon(board, bench.clock, numbers, scales, DirectTalk(), commands, rested=True)


@pytest.mark.parametrize(
    ("written", "looser", "name"),
    [
        ("volts = 48.0", "volts = 60.0", "limit.volts"),
        ("probe_volts = 5.0", "probe_volts = 9.0", "limit.probe_volts"),
        ("full_scale_ma = 30.0", "full_scale_ma = 30.1", "limit.full_scale_ma"),
        ("rail_v = 48.0", "rail_v = 60.0", "supply.rail_v"),
        ("trip_tolerance_ma = 0.45", "trip_tolerance_ma = 0.46", "protect.trip_tolerance_ma"),
        ("trip_ms = [1.48, 31.625]", "trip_ms = [1.48, 31.63]", "watchdog.trip_ms"),
        ("release_ms = 20.0", "release_ms = 20.1", "relay.release_ms"),
        ("monitor_counts = [-800, 26399]", "monitor_counts = [-800, 26400]", "adc.range.monitor_counts"),
        ("monitor_counts = [-800, 26399]", "monitor_counts = [-801, 26399]", "adc.range.monitor_counts"),
        ("max_residual_ma = 0.21", "max_residual_ma = 0.22", "calibration.max_residual_ma"),
        ("trip_ma = 29.5", "trip_ma = 35.0", "protect.trip_ma"),
        ("trip_ms = [1.48, 31.625]", "trip_ms = [1.48, 500.0]", "watchdog.trip_ms"),
        ("operate_ms = 25.0", "operate_ms = 25.1", "relay.operate_ms"),
        ("return_counts = [-800, 32766]", "return_counts = [-800, 32767]", "adc.range.return_counts"),
        ("return_counts = [-800, 32766]", "return_counts = [-801, 32766]", "adc.range.return_counts"),
        ("volts_counts = [-1650, 26399]", "volts_counts = [-1650, 26400]", "adc.range.volts_counts"),
        ("volts_counts = [-1650, 26399]", "volts_counts = [-1651, 26399]", "adc.range.volts_counts"),
        ("max_gain_error = 0.03", "max_gain_error = 0.031", "calibration.max_gain_error"),
        ("max_offset_ma = 0.35", "max_offset_ma = 0.36", "calibration.max_offset_ma"),
        ("max_age_days = 400", "max_age_days = 401", "calibration.max_age_days"),
        ("reset_low_min = 10.0", "reset_low_min = 9.9", "timer.reset_low_min"),
    ],
)
def test_a_looser_board_is_refused_by_name(written: str, looser: str, name: str) -> None:
    text = DEFAULT_BOARD_FILE.read_text()
    assert text.count(f"\n{written}") == 1
    numbers = parse_toml(text.replace(f"\n{written}", f"\n{looser}").encode(), Board, "board.toml")
    with pytest.raises(ConfigError, match=name) as refused:
        daemon_of(numbers)
    assert refused.value.code == "E502"


def test_a_tighter_board_is_taken() -> None:
    numbers = load_board()
    tighter = msgspec.structs.replace(numbers, limit=msgspec.structs.replace(numbers.limit, volts=40.0))
    assert daemon_of(tighter).session.state == "SELF_TEST"
