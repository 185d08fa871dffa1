"""The drift check: champion's reference against a window, and what follows from that and from performance."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, Window
from courtside.contracts.records import ChampionReference, DecisionRecord, DriftFacts, DueFacts
from courtside.core.dataset import Dataset
from courtside.core.decision import ACTS, Action, decide
from courtside.core.decision_findings import DRIFT_OFF, Decided
from courtside.core.drift import Policy
from courtside.core.drift.reading import Days, NothingReadable
from courtside.core.drift.story.facts import drift_facts
from courtside.core.rows import time_column_of
from courtside.workflows.check_records import (
    check_of,
    decision_key,
    decision_of,
    document_of,
    is_repetition,
    record_of,
    repeated,
    response_of,
    unchecked,
)
from courtside.workflows.claims import Claim, ClaimLost, Claims, finishing
from courtside.workflows.decisions.acting import Acting
from courtside.workflows.decisions.logged import is_late
from courtside.workflows.decisions.situation import Gathered, Situations
from courtside.workflows.drift_archive import Archived, archive
from courtside.workflows.drift_runs import log_run
from courtside.workflows.drift_window import (
    EmptyWindow,
    NoChampion,
    WindowReport,
    champion_reference,
    report_load,
    report_window,
)
from courtside.workflows.lake_documents import read_document
from courtside.workflows.load_windows import NoNewLoad, newest_load
from courtside.workflows.overdue_data import OverdueData
from courtside.workflows.ports import DriftTracking, Lake, ObjectMissing
from courtside.workflows.row_source import NoRows
from courtside.workflows.scheduled_training import due_training
from courtside.workflows.sealed_models import NoReference

__all__ = ["DriftMonitor", "EmptyWindow", "NoChampion"]

logger = logging.getLogger(__name__)


class DriftOff(CourtsideError):
    """The contract wants no checks."""

    def __init__(self) -> None:
        super().__init__("the contract says `drift: false`, so nothing is checked; leave that out to check again")


UNCHECKED = (DriftOff, NoChampion, NoReference, NoRows, EmptyWindow, NoNewLoad)
UNCHECKED_RULES: Mapping[type[CourtsideError], str] = {
    DriftOff: DRIFT_OFF,
    NoChampion: "no_champion",
    NoReference: "no_reference",
    NoNewLoad: "no_new_load",
}
"""Why there is nothing to check; anything else means that there are no rows."""
UNREADABLE = "unreadable"
_MAY_BE_OVERDUE = frozenset({"no_rows", "no_new_load"})


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """A drift check with its ports and policies; without `tracking` it logs no runs."""

    lake: Lake
    dataset: Dataset
    drift_policy: Policy
    claims: Claims
    overdue: OverdueData
    acting: Acting
    tracking: DriftTracking | None = None

    def run(self, request: DriftCheckRequest, *, now: datetime) -> DriftCheckResponse:
        """Check one window, log the decision and carry it out; nothing to check is an outcome too.

        Idempotent: the same champion, window and policy give the same check. Of several deliveries of one event, one
        carries it out and the others wait for it; one that was carried out before is only read back, as it was then,
        and rows that came since are looked at in the next window. The tracking server comes last, when everything
        that matters is done, and may be away. Raises `NothingReadable`, and `EmptyWindow` where the window's files
        cannot be read, after what performance asks for was done.
        """
        named = request.window is not None
        window = request.window or self._scheduled((request.as_of or now).date())
        champion = None
        try:
            champion = champion_reference(self.dataset.name, lake=self.lake)
            found = self._found(window, champion, named=named)
        except (*UNCHECKED, NothingReadable) as absent:
            if not _is_unreadable(absent):
                rule = UNCHECKED_RULES.get(type(absent), "no_rows")
                return self._nothing_to_check(window, champion, rule, absent, named=named, now=now)
            if not named:
                self._nothing_to_check(window, champion, UNREADABLE, absent, named=named, now=now)
            raise
        check, since, due = check_of(found, champion), None, None
        late = not named and self._is_late(window, now)
        # A window that somebody names may lie long ago, so it says nothing about overdue data and trainings.
        if not named:
            since = None if late else self.overdue.tell(window.end, champion=champion, newest=found.newest, now=now)
            due = self._due(champion, window, newest=found.newest)
        gathered = self._situations.gather(
            drift_facts(found.report),
            champion,
            window.end,
            named=named,
            newest=found.newest,
            due=due,
            overdue_since=since,
            repeats=partial(is_repetition, check=check, as_of=window.end),
        )
        decided = self._decided(gathered, found, late=late)
        return self._deliver(self._record(check, found, decided, champion=champion, now=now), found, decided)

    def _deliver(self, record: DecisionRecord, found: WindowReport, decided: Decided) -> DriftCheckResponse:
        key = ledger_keys.drift_check(record.check_id)
        while True:
            claim = self.claims.take(key, done=lambda: (known := self._logged(record)) is not None and known.done)
            if claim is None:
                done = self._logged(record) or record
                if self.dataset.time_column is None:  # the same load is checked until a newer one comes
                    self.acting.end(decided, done)
                return repeated(done, lake=self.lake)
            try:
                return self._finish(claim, record, found, decided)
            except ClaimLost:
                # Another delivery took this one for dead: wait for that delivery as for any other.
                logger.warning("drift check %s was taken over by another delivery of its event", record.check_id)

    def _finish(
        self, claim: Claim, record: DecisionRecord, found: WindowReport, decided: Decided
    ) -> DriftCheckResponse:
        with finishing(claim):
            new = self.lake.claim(decision_key(record), document_of(record))
            if not new:
                record, decided = self._begun(record, decided)
            archived = archive(found, record, lake=self.lake, performance=decided.performance)
            started = self.acting.start(record)
            claim.renew()
            told = self.acting.tell(decided, started, page_key=archived.page_key)
            done = started.model_copy(update={"done": True})
            self._log_decision(done)
        run_id = self._log(found, done, archived, new=new and claim.first)
        return response_of(done, found.report, page_key=archived.page_key, run_id=run_id, alerted=told)

    def _begun(self, record: DecisionRecord, decided: Decided) -> tuple[DecisionRecord, Decided]:
        """Return what an earlier delivery decided, which broke off: what it may have started stays decided."""
        begun = self._logged(record)
        if begun is None or begun.situation is None or begun.policy != record.policy:
            return record, decided
        return begun, replace(decided, situation=begun.situation, decision=decision_of(begun, begun.situation, decided))

    def _nothing_to_check(
        self,
        window: Window,
        champion: ChampionReference | None,
        rule: str,
        absent: CourtsideError,
        *,
        named: bool,
        now: datetime,
    ) -> DriftCheckResponse:
        check, since, due = unchecked(window), None, None
        late = not named and self._is_late(window, now)
        if champion is not None and not named and rule != UNREADABLE:
            if rule in _MAY_BE_OVERDUE and not late:
                since = self.overdue.tell(window.end, champion=champion, newest=None, now=now)
            due = self._due(champion, window, newest=None)
        gathered = self._situations.gather(
            DriftFacts(unchecked=rule, unchecked_said=str(absent)),
            champion,
            window.end,
            named=named,
            due=due,
            overdue_since=since,
            repeats=partial(is_repetition, check=check, as_of=window.end),
        )
        decided = self._decided(gathered, None, late=late)
        record = record_of(
            check,
            window,
            decided,
            dataset=self.dataset,
            champion=champion.version if champion and decided.decision.action in {*ACTS, Action.ALERT} else "",
            now=now,
        )
        record = self.acting.start(self._with_request(record, decided))
        told = self.acting.tell(decided, record)
        record = record.model_copy(update={"done": True})
        self._log_decision(record)
        return response_of(record, alerted=told)

    def _due(self, champion: ChampionReference, window: Window, *, newest: date | None) -> DueFacts | None:
        today = window.end - self._situations.of_today
        return due_training(champion, today=today, newest=newest, lake=self.lake, dataset=self.dataset)

    def recompute(self, window: Window, *, now: datetime) -> DriftCheckResponse:
        """Check a past window against today's champion; the only results are its report and its record.

        Repeating it writes the same again, with the time of the first check. Raises as `run` does, and
        `TimeColumnNeeded` where rows have no times, as the champion was trained on the loads of the past.
        """
        time_column_of(self.dataset, asked="a check of past windows")
        champion = champion_reference(self.dataset.name, lake=self.lake)
        found = self._found(window, champion, named=True)
        gathered = self._situations.gather(drift_facts(found.report), None, window.end, named=True)
        decided = self._decided(gathered, found)
        check = lake_keys.backfilled_check(check_of(found, champion))
        record = self._record(check, found, decided, champion=champion, now=now)
        record = record.model_copy(update={"backfilled": True, "done": True, "request": None})
        if (earlier := self._logged(record)) is not None:
            record = record.model_copy(update={"decided_at": earlier.decided_at})
        archived = archive(found, record, lake=self.lake)
        self._log_decision(record)
        run_id = self._log(found, record, archived)
        return response_of(record, found.report, page_key=archived.page_key, run_id=run_id)

    def _scheduled(self, day: date) -> Window:
        """Return the window of the days before `day`, together with `day` itself where loads are windows."""
        return Window(start=day - self.dataset.watch.window, end=day + self._situations.of_today)

    def _found(self, window: Window, champion: ChampionReference, *, named: bool) -> WindowReport:
        """Compare a window with the champion's reference; where rows have no times, compare its newest load.

        The schedule asks for whatever is new, so unless somebody `named` the window, that load may be older.
        """
        if not self.dataset.drift:
            raise DriftOff
        if self.dataset.time_column is None:
            days = Days(window.start if named else None, window.end)
            load = newest_load(champion, days, lake=self.lake, dataset=self.dataset)
            return report_load(load, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.drift_policy)
        return report_window(window, champion=champion, lake=self.lake, dataset=self.dataset, policy=self.drift_policy)

    @property
    def _situations(self) -> Situations:
        return Situations(self.lake, self.dataset)

    def _is_late(self, window: Window, now: datetime) -> bool:
        """Tell whether a round that was sent later came first: what this one finds is not the newest."""
        return is_late(self.dataset.name, window.end, today=now.date() + self._situations.of_today, lake=self.lake)

    def _decided(self, gathered: Gathered, found: WindowReport | None, *, late: bool = False) -> Decided:
        policy = self.dataset.retrain
        decision = decide(gathered.situation, policy)
        report = None if found is None else found.report
        return Decided(gathered.situation, policy, decision, report, gathered.performance, late=late)

    def _record(
        self, check: str, found: WindowReport, decided: Decided, *, champion: ChampionReference, now: datetime
    ) -> DecisionRecord:
        record = record_of(
            check,
            found.window,
            decided,
            dataset=self.dataset,
            champion=champion.version,
            now=now,
            load=found.load,
        )
        return self._with_request(record, decided)

    def _with_request(self, record: DecisionRecord, decided: Decided) -> DecisionRecord:
        request = self.acting.request(record, decided.decision, as_of=decided.situation.as_of)
        return record.model_copy(update={"request": request})

    def _logged(self, record: DecisionRecord) -> DecisionRecord | None:
        """Return the decision that was already logged for this check."""
        try:
            return read_document(DecisionRecord, decision_key(record), lake=self.lake)
        except ObjectMissing:
            return None

    def _log_decision(self, record: DecisionRecord) -> None:
        self.lake.write(decision_key(record), document_of(record))

    def _log(self, found: WindowReport, record: DecisionRecord, archived: Archived, *, new: bool = False) -> str | None:
        return log_run(found.report, record, archived.page, tracking=self.tracking, new=new)


def _is_unreadable(absent: CourtsideError) -> bool:
    return isinstance(absent, NothingReadable) or (isinstance(absent, EmptyWindow) and bool(absent.quarantined))
