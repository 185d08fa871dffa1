"""Recompute past drift checks, window by window."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts.events import DriftCheckResponse, Window
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.drift_window import EmptyWindow
from courtside.workflows.row_source import NoRows


@dataclass(frozen=True, slots=True)
class BackfilledWindow:
    """One past window and its check, or None where the window holds no rows."""

    window: Window
    check: DriftCheckResponse | None


def backfill(
    days: Window,
    *,
    monitor: DriftMonitor,
    now: datetime,
    window_days: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[BackfilledWindow]:
    """Check the windows that tile `days` against today's champion, oldest first; nobody is alerted, nothing retrained.

    Windows have `window_days` days (default: those of the contract's `watch.window`), and the last one has what is
    left. Windows without rows, such as summers, are skipped. Repeating it gives the same result. Raises `NoChampion`,
    `NothingReadable`.
    """
    done = []
    for window in tiles(days, window_days or monitor.dataset.watch.window.days):
        progress(f"{window.start} to {window.end}")
        try:
            done.append(BackfilledWindow(window, monitor.recompute(window, now=now)))
        except (EmptyWindow, NoRows):
            done.append(BackfilledWindow(window, None))
    return done


def tiles(days: Window, length: int) -> list[Window]:
    """Cut days into consecutive windows of `length` days, the last one shorter where it does not fit.

    >>> [str(window.end) for window in tiles(Window(start="2019-01-01", end="2019-01-25"), 10)]
    ['2019-01-11', '2019-01-21', '2019-01-25']
    """
    step, windows, start = timedelta(days=length), [], days.start
    while start < days.end:
        windows.append(Window(start=start, end=min(start + step, days.end)))
        start += step
    return windows
