"""The drift checks of a replay: the champion's reference against the newest days, as on a stage."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.drift import Policy, Profile
from courtside.core.drift.reading import TableProfile
from courtside.core.drift.reading.profiles import count_rows
from courtside.core.drift.story.parts import Part, sub_windows
from courtside.core.drift.successive import Former, former_windows
from courtside.workflows.accepted_windows import AcceptedWindows
from courtside.workflows.backtest.stream import PLACE, Stream
from courtside.workflows.backtest.versions import Version
from courtside.workflows.drift_window import WindowReport, reported

_DAY = timedelta(days=1)
_NOTHING_ACCEPTED = AcceptedWindows()


@dataclass(frozen=True)
class Watching:
    """Checks windows of a stream by a drift policy; only `told` checks say since when something moved.

    That is for people who read a report; it decides nothing, and takes a third of a check.
    """

    stream: Stream
    policy: Policy
    told: bool = True

    def check(self, champion: Version, window: Window) -> WindowReport | None:
        """Compare a window with the champion's reference; None where the window has no rows, or there is no reference.

        Nobody accepts anything in a replay.
        """
        rows, reference = self._rows(window.start, window.end), champion.profile
        if not rows.num_rows or reference is None:
            return None
        found = reported(
            window,
            self._profiled(rows, window, reference),
            self._former(window, reference),
            reference,
            _NOTHING_ACCEPTED,
            importances=champion.importances,
            dataset=self.stream.dataset,
            policy=self.policy,
        )
        return replace(found, newest=self.stream.days[self.stream.position(window.end) - 1].item())

    def _profiled(self, rows: pa.Table, window: Window, reference: Profile) -> TableProfile:
        if not self.told:
            return TableProfile(reference.summarize(rows), (), ())
        windows = sub_windows(window.start, window.end - _DAY)
        whole, pieces = count_rows(reference, rows.to_batches, windows=windows)
        parts = tuple(Part(*span, piece) for span, piece in zip(windows, pieces, strict=True))
        return TableProfile(whole, parts, ())

    def _former(self, window: Window, reference: Profile) -> list[Former]:
        if not self.policy.uses_history or reference.period is None:
            return []
        spans = former_windows(window.start, (window.end - window.start).days, after=reference.period[1] + _DAY)
        return [(start, reference.summarize(self._rows(start, end))) for start, end in spans]

    def _rows(self, start: date, end: date) -> pa.Table:
        begin = self.stream.position(start)
        return self.stream.written.slice(begin, self.stream.position(end) - begin).drop_columns([PLACE])
