"""Tests marked `realtime` run bench and daemon as programs in real time. When one of them fails while the machine stood
still it is repeated from the beginning, and every repeat is told in the summary; without a measured stall a failure
fails at once, and with one it fails after the last repeat.

A stall that can do harm: a daemon whose bench lives on another processor cuts when a tick is 10 ms late (E408) or kicks
the watchdog twice in 2.22 ms after a tick that was 8 ms late (E404), and a check of its self-test may come too late.
"""

import time
from collections.abc import Iterator
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from appliance.proof.stall_watch import StallWatch

REPEATS: Final = 4
STALL_NS: Final = 4_000_000
WATCH: Final = pytest.StashKey[StallWatch]()
TOLD: Final = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The timeout is each attempt's own; without this it would be that of all attempts together."""
    for item in items:
        if item.get_closest_marker("realtime") is not None:
            item.add_marker(pytest.mark.timeout(func_only=True))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Watch only for those who need it."""
    config = session.config
    if config.option.collectonly or not any(item.get_closest_marker("realtime") for item in session.items):
        return
    watch = StallWatch()
    config.add_cleanup(watch.stop)
    watch.start()
    config.stash[WATCH] = watch
    config.stash[TOLD] = []


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Instead of pytest's own for real-time tests: only the last attempt is reported as the test."""
    if item.get_closest_marker("realtime") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in last_attempt(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def last_attempt(item: pytest.Item, nextitem: pytest.Item | None) -> list[pytest.TestReport]:
    """Attempts until one passes, fails without a stall, or is the last; its reports."""
    watch = item.config.stash[WATCH]
    for attempt in range(1, REPEATS + 2):
        began_ns = time.monotonic_ns()
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        failed = next((report for report in reports if report.failed), None)
        if failed is None:
            break
        stall = watch.worst_since(began_ns)
        if stall is None or stall.late_ns < STALL_NS or attempt > REPEATS:
            failed.sections.append((f"stall watch, attempt {attempt}", str(stall or "the machine did not stand still")))
            break
        item.config.stash[TOLD].append(f"{item.nodeid}: {stall}: {what_failed(failed)}")
        item.config.stash[TOLD].extend(end_fixtures(item))
    return reports


def what_failed(report: pytest.TestReport) -> str:
    """Its message on one line."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return " ".join((report.longreprtext if crash is None else crash.message).split())


def end_fixtures(item: pytest.Item) -> Iterator[str]:
    """The next attempt begins with nothing that this one left, as if it were the only test; what went wrong at it."""
    try:
        item.session._setupstate.teardown_exact(None)
    except Exception as error:
        yield f"{item.nodeid}: then at the end of its fixtures: {error!r}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Nothing is hidden."""
    told = config.stash.get(TOLD, [])
    if told:
        terminalreporter.section("repeated, because the machine stood still meanwhile")
        for line in told:
            terminalreporter.line(line)
