"""A person says that what moved is the new normal: a recorded act that renews the reference for what moved.

The champion's own reference stays as it was sealed. Beside it lies the profile of the window that was accepted, and the
record of who accepted it, when and why. A check compares what was accepted with that profile, too, so that it is no
news any more until it moves again. Nothing is accepted of a champion that learned from other rows.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import drift_keys, lake_keys
from courtside.contracts.days import shifted
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records import AcceptedAct, AcceptedReference, ChampionReference, DecisionRecord
from courtside.contracts.shortening import listed
from courtside.core.dataset import Dataset
from courtside.core.drift import DriftReport, Policy
from courtside.core.drift.reading import Days
from courtside.core.drift.reports.report import BROKEN
from courtside.core.sentences import in_a_row
from courtside.workflows.drift_window import WindowReport, champion_reference, report_load, report_window
from courtside.workflows.lake_documents import parsed_document, read_document
from courtside.workflows.load_windows import newest_load
from courtside.workflows.ports import Lake

TIMES_AS_MANY_ROWS = 2
"""A window that is compared with another one needs twice the rows that it needs beside a large reference, because both
of them are then as uncertain."""


class NoCheck(CourtsideError):
    """No check of the champion found anything that could be accepted."""

    def __init__(self, model: str, champion: str) -> None:
        self.model = model
        self.champion = champion
        super().__init__(
            f"no drift check of {model} has compared rows with champion version {champion} yet, so there is nothing to "
            f"accept; `courtside watch --model {model}` makes one"
        )


class NothingToAccept(BadInput):
    """Nothing moved in the window that is not accepted yet."""

    def __init__(self, model: str, window: Window, why: str) -> None:
        self.model = model
        self.window = window
        super().__init__(f"there is nothing to accept in {model} from {window.start} to {window.end}: {why}")


class WindowTooSmall(BadInput):
    """The window has too few rows to be a reference."""

    def __init__(self, model: str, window: Window, rows: int, needed: int) -> None:
        self.model = model
        self.window = window
        self.rows = rows
        self.needed = needed
        super().__init__(
            f"the window of {model} from {window.start} to {window.end} has {rows:,} usable rows of what moved, and a "
            f"reference needs at least {needed:,}; name a longer one, as in `courtside alerts accept --model {model} "
            f"--from {shifted(window.start, window.start - window.end)} --to {window.end}`, or wait for more rows"
        )


class NothingToUndo(BadInput):
    """Nothing is accepted of the champion."""

    def __init__(self, model: str, champion: str) -> None:
        self.model = model
        self.champion = champion
        super().__init__(f"nothing is accepted of champion version {champion} of {model}, so nothing was taken back")


@dataclass(frozen=True, slots=True)
class Acceptances:
    """Accepts what moved in a model's windows, and takes that back, by the policy that its checks use."""

    lake: Lake
    dataset: Dataset
    policy: Policy

    def accept(
        self, *, by: str, now: datetime, window: Window | None = None, note: str = "", incident: str = ""
    ) -> AcceptedAct:
        """Accept what moved in a window (None: that of the newest check), and return the act.

        Where all of it was accepted by the same window before, that act is returned again. Of what moved, broken
        columns and what has too few rows is left out. Raises `NothingToAccept`, `WindowTooSmall`, `NoCheck`, and what a
        check of the window raises.
        """
        model = self.dataset.name
        while True:
            known, stamp = self._known()  # before the check, so that an act which it has not seen is noticed
            champion = champion_reference(model, lake=self.lake)
            found = self._found(window or self._newest_window(champion), champion)
            moved = _Moved.of(found, needed=TIMES_AS_MANY_ROWS * self.policy.minimum_rows)
            if moved.nothing_new:
                same = [act for act in known.in_force(champion) if act.window == found.window]
                if same:
                    return same[-1]
                raise NothingToAccept(model, found.window, _why_nothing(found.report))
            if not moved.enough:
                raise WindowTooSmall(model, found.window, moved.rows, moved.needed)
            profile = found.current.to_bytes()
            act = AcceptedAct(
                number=len(known.acts) + 1,
                champion_version=champion.version,
                data_of=champion.data_of,
                at=now,
                by=by,
                note=note,
                incident=incident,
                window=found.window,
                load=found.load,
                rows=found.current.rows,
                features=moved.features,
                segments=moved.segments,
                table=moved.table,
                left_out=moved.left_out,
                profile_sha256=hashlib.sha256(profile).hexdigest(),
            )
            self.lake.write(drift_keys.accepted_profile(model, act.profile_sha256), profile)
            if self._write(known.model_copy(update={"acts": (*known.acts, act)}), stamp):
                return act

    def undo(self, *, by: str, now: datetime, note: str = "") -> AcceptedAct:
        """Take the newest act about the champion back, so that the one before it holds; return it.

        Raises `NothingToUndo` and `NoChampion`.
        """
        champion = champion_reference(self.dataset.name, lake=self.lake)
        while True:
            known, stamp = self._known()
            if not (acts := known.in_force(champion)):
                raise NothingToUndo(self.dataset.name, champion.version)
            undone = acts[-1].model_copy(update={"undone_at": now, "undone_by": by, "undone_note": note})
            kept = tuple(undone if act.number == undone.number else act for act in known.acts)
            if self._write(known.model_copy(update={"acts": kept}), stamp):
                return undone

    def acts(self) -> list[tuple[AcceptedAct, bool]]:
        """Return all acts of the model, in order, and whether each holds for its champion; raises `NoChampion`."""
        known, _ = self._known()
        holding = known.in_force(champion_reference(self.dataset.name, lake=self.lake))
        return [(act, act in holding) for act in known.acts]

    def _found(self, window: Window, champion: ChampionReference) -> WindowReport:
        if self.dataset.time_column is None:
            load = newest_load(champion, Days(window.start, window.end), lake=self.lake, dataset=self.dataset)
            return report_load(load, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.policy)
        return report_window(window, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.policy)

    def _newest_window(self, champion: ChampionReference) -> Window:
        """Return the newest window that was compared with the champion; raises `NoCheck`."""
        keys = self.lake.keys(lake_keys.decisions(self.dataset.name))
        checks = [(*found, key) for key in keys if (found := lake_keys.decision_of(key)) is not None]
        days = [
            (day, key)
            for day, check_id, key in checks
            if check_id.startswith(f"v{champion.version}-") and not lake_keys.is_backfilled(key)
        ]
        if not days:
            raise NoCheck(self.dataset.name, champion.version)
        newest, _ = max(days)
        records = [read_document(DecisionRecord, key, lake=self.lake) for day, key in days if day == newest]
        return max(records, key=lambda record: record.decided_at).window

    def _known(self) -> tuple[AcceptedReference, str | None]:
        """Return what was accepted so far, and the stamp of that, None where there is none yet."""
        key = drift_keys.accepted_reference(self.dataset.name)
        stored = self.lake.stamped(key)
        if stored is None:
            return AcceptedReference(model=self.dataset.name), None
        return parsed_document(AcceptedReference, stored.content, uri=self.lake.uri(key)), stored.stamp

    def _write(self, reference: AcceptedReference, stamp: str | None) -> bool:
        """Write the record unless somebody else did meanwhile; return whether it was written."""
        key, content = drift_keys.accepted_reference(self.dataset.name), reference.model_dump_json(indent=2).encode()
        return self.lake.claim(key, content) if stamp is None else self.lake.replace(key, content, stamp=stamp)


@dataclass(frozen=True, slots=True)
class _Moved:
    """What moved in a window that is not accepted yet, apart from what is `left_out`, and why.

    `rows` are the usable rows of that of which there are most, and `needed` are those that a reference needs.
    """

    features: tuple[str, ...]
    segments: dict[str, tuple[str, ...]]
    table: tuple[str, ...]
    left_out: dict[str, str]
    rows: int
    needed: int

    @classmethod
    def of(cls, found: WindowReport, *, needed: int) -> "_Moved":
        report, current = found.report, found.current
        drifted = [each for each in report.features if each.drifted]
        left_out = {each.name: f"it is broken: {each.reason}" for each in drifted if each.verdict in BROKEN}
        rows = {each.name: current.by_name[each.name].valid for each in drifted if each.name not in left_out}
        rows |= {each.name: each.current_rows for each in report.segments_drifted}
        rows |= {each.name: current.rows for each in report.table_drifted}
        left_out |= {name: f"{few:,} rows are too few for a reference" for name, few in rows.items() if few < needed}
        return cls(
            features=tuple(each.name for each in drifted if each.name not in left_out),
            segments={
                each.name: tuple(feature.name for feature in each.drifted if feature.verdict not in BROKEN)
                for each in report.segments_drifted
                if each.name not in left_out
            },
            table=tuple(each.name for each in report.table_drifted if each.name not in left_out),
            left_out=left_out,
            rows=max(rows.values(), default=0),
            needed=needed,
        )

    @property
    def nothing_new(self) -> bool:
        """Whether nothing moved that could be accepted if there were more rows."""
        return not self.rows

    @property
    def enough(self) -> bool:
        """Whether anything is left that can be accepted."""
        return self.rows >= self.needed


def _why_nothing(report: DriftReport) -> str:
    """Say why nothing that moved can be accepted."""
    if report.features_broken:
        return (
            f"{listed(report.features_broken)} is no change of what is normal, but broken data; repair it where it "
            "comes from"
        )
    if report.acceptances:
        return in_a_row(
            f"{listed(each.subjects)} moved {each.said}, and nothing else did" for each in report.acceptances
        )
    if not report.sufficient_data:
        return f"its {report.current.rows:,} rows are too few to tell whether anything moved"
    return "nothing moved"
