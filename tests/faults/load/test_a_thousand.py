"""Checks of drift come without a pause; each is decided about once, and no process grows with them."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckResponse, Window
from courtside.contracts.names import StackOutput
from courtside.workflows.decisions.logged import logged_decisions
from tests.faults.fault import fault
from tests.faults.load.memory import EMULATOR, TRACKING, Memory, watched
from tests.faults.model import MOVED, TRAINED, Model

logger = logging.getLogger(__name__)
A_MINUTE, AT_ONCE = 1_000, 8
QUICK, SHORTEST = 40, 10
"""How many checks the quick fault offers, and the days of the shortest window."""
REPEATED = 10
"""Every so manieth check is delivered twice, the second time together with the next one."""
GROWTH_MIB = 24.0
"""By how much a function's process may grow in the second half; its own limit is ten times that."""
MIB_A_CHECK = 0.25
"""What the emulated services keep of one check, which is all in their memory: its files, log lines and messages."""


@dataclass(frozen=True)
class Offered:
    """The checks of one run: what each answered, and the seconds that it took."""

    answers: list[DriftCheckResponse]
    seconds: list[float]
    lasted: float

    def said(self, memory: Memory, check: str) -> str:
        """Return one line for people: the rate, how long a check took, and the memory."""
        middle, slow = (quantiles(self.seconds, n=100)[percent - 1] for percent in (50, 99))
        return (
            f"{len(self.answers)} checks in {self.lasted:.0f} s ({60 * len(self.answers) / self.lasted:.0f} a minute), "
            f"median {middle:.2f} s, 99 of 100 within {slow:.2f} s; a process of the function holds at most "
            f"{memory.most(check):.0f} MiB and grew by {max(memory.growth(check).values(), default=0):.1f}, "
            f"the embedded AWS by {max(memory.growth(EMULATOR).values(), default=0):.1f} MiB in the second half; "
            f"a check takes {self._each(memory, check):.3f} processor seconds of the function, "
            f"{self._each(memory, EMULATOR):.3f} of the embedded AWS and "
            f"{self._each(memory, TRACKING):.3f} of the tracking server"
        )

    def _each(self, memory: Memory, role: str) -> float:
        return memory.processor_seconds(role) / len(self.answers)


def windows(count: int) -> list[Window]:
    """Return different windows of days in which the rows are as those that the champion was trained on."""
    ends = [TRAINED + timedelta(days) for days in range(1, (MOVED - TRAINED).days + 1)]
    return [
        Window(start=ends[each % len(ends)] - timedelta(SHORTEST + each // len(ends)), end=ends[each % len(ends)])
        for each in range(count)
    ]


def offered(model: Model, wanted: list[Window]) -> Offered:
    """Offer checks at a thousand a minute, or as fast as the stage takes them where it is slower."""
    began, seconds, lock = time.monotonic(), list[float](), threading.Lock()

    def one(each: tuple[int, Window]) -> DriftCheckResponse:
        number, window = each
        time.sleep(max(0.0, began + 60 * number / A_MINUTE - time.monotonic()))
        asked = time.monotonic()
        answer = model.loop.check_drift(window)
        with lock:
            seconds.append(time.monotonic() - asked)
        return answer

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(one, enumerate(wanted)))
    return Offered(answers, seconds, time.monotonic() - began)


def require_whole(model: Model, wanted: list[Window], answers: list[DriftCheckResponse]) -> None:
    """Require that each window was checked, and decided about once."""
    assert [(each.window.start, each.window.end) for each in answers] == [(w.start, w.end) for w in wanted]
    first = [each for each in answers if not each.duplicate]
    assert len(first) == len({(w.start, w.end) for w in wanted}) == len({each.check_id for each in answers})
    asked = {each.check_id for each in answers}
    logged = [each for each in logged_decisions(model.name, lake=model.stage.lake) if each.check_id in asked]
    assert len(logged) == len(asked)
    assert all(each.done for each in logged)
    reports = {key.rsplit("/", 1)[1] for key in model.stage.lake.keys(lake_keys.drift_rows_of(model.name))}
    assert len(reports) >= len(asked)


def repeated(wanted: list[Window]) -> list[Window]:
    """Return the windows, every tenth of them twice in a row."""
    return [each for number, each in enumerate(wanted) for _ in range(2 if number % REPEATED == 0 else 1)]


def require_flat(model: Model, memory: Memory, checks: int) -> None:
    """Require that no process of the function grows, and the embedded AWS by no more than what it has to keep."""
    assert max(memory.growth(model.loop.output(StackOutput.CHECK_DRIFT)).values(), default=0.0) <= GROWTH_MIB
    assert max(memory.growth(EMULATOR).values(), default=0.0) <= GROWTH_MIB + MIB_A_CHECK * checks / 2


@fault(
    "Forty different checks of drift come at up to a thousand a minute, four of them twice.",
    promise="Each is decided about once, and none is lost.",
    quick=True,
)
def test_forty_checks_come_at_once(model: Model) -> None:
    wanted = repeated(windows(QUICK))
    require_whole(model, wanted, offered(model, wanted).answers)


@fault(
    "Different checks of drift come at up to a thousand a minute without a pause, every tenth of them twice.",
    promise="Each is decided about once, none is lost, and the memory of the function's processes stays flat.",
)
def test_checks_come_without_a_pause(
    model: Model, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    minutes = request.config.getoption("--load-minutes")
    wanted = repeated(windows(QUICK + round(minutes * A_MINUTE))[QUICK:])
    check = model.loop.output(StackOutput.CHECK_DRIFT)
    with watched(model.stage) as memory:
        found = offered(model, wanted)
    said = found.said(memory, check)
    record_property("figures", said)
    logger.info("%s", said)
    require_whole(model, wanted, found.answers)
    require_flat(model, memory, len(wanted))
