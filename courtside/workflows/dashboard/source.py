"""Where all that a model's pages show comes from: its archives, the ledger and the lake, as of one moment."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from courtside.contracts import drift_keys, lake_keys, ledger_keys, scoring_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import IncidentRecord, LabelsIn, PerformanceProgress, Reign, ReplayRecord, StageModel
from courtside.contracts.versioned import TooNew
from courtside.core.dashboard.lines import incident_line, tenure
from courtside.core.dashboard.views import Freshness, IncidentLine, Tenure
from courtside.core.dataset import Dataset
from courtside.core.incidents.kinds import no_new_data
from courtside.workflows.dashboard.archived import Archived
from courtside.workflows.lake_documents import DocumentDamaged, find_document
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed
from courtside.workflows.loads import read_loads
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, Ledger
from courtside.workflows.reading_ahead import ahead
from courtside.workflows.rows import rows_of
from courtside.workflows.stage_overview import ModelOverview, overview

_LONGEST_INCIDENT = timedelta(days=400)
_READERS = 16
_DATED = re.compile(r"-(\d{4}-\d\d-\d\d)-[^/]*\.json$")


@dataclass(frozen=True)
class ModelSource:
    """Where all that is shown of one model comes from; each part is read when it is first asked for.

    A document that cannot be read is left out: what is built from the others is worth more than no page. `replay` is
    what the replay was that all of it comes from, None for a model of a stage.
    """

    entry: StageModel
    dataset: Dataset
    ledger: Ledger
    lake: Lake
    now: datetime
    replay: ReplayRecord | None = None

    @property
    def model(self) -> str:
        """The model's name."""
        return self.entry.name

    @cached_property
    def archived(self) -> Archived:
        """The model's archives."""
        return Archived.listed(self.model, lake=self.lake, today=self.now.date())

    @cached_property
    def live(self) -> ModelOverview:
        """What the ledger says of the model now."""
        (found,) = overview([self.entry], ledger=self.ledger, now=self.now)
        return found

    @cached_property
    def newest_day(self) -> date:
        """The last day that the model's page shows: today, or that of its newest check where that lies elsewhere."""
        newest, today = self.archived.newest_day, self.now.date()
        is_near = newest is None or today - timedelta(days=62) <= newest <= today
        return today if newest is None or is_near else newest

    @cached_property
    def champions(self) -> tuple[Tenure, ...]:
        """The production history, oldest first."""
        reigns = []
        for entry in ModelLedger(self.ledger, self.model).entries(ledger_keys.HISTORY_PREFIX):
            try:
                reigns.append(parsed(entry, Reign))
            except (LedgerDocumentDamaged, TooNew):
                continue
        ids = {reign.training_id for reign in reigns if reign.training_id is not None}
        cards = dict(ahead(self._card, ids, at_once=_READERS))
        return tuple(tenure(reign, card_key=cards.get(reign.training_id or "", "")) for reign in reigns)

    def _card(self, training_id: str) -> str:
        key = training_keys.training_card_page(self.model, training_id)
        return key if self.lake.keys(key) else ""

    def incidents(self, start: date, end: date) -> tuple[IncidentLine, ...]:
        """Return the incidents that were open on a day from `start` to `end` (not included), oldest first."""
        keys = [key for key in self.lake.keys(lake_keys.incidents(self.model)) if _may_meet(key, start, end)]
        known = {each.id: each for _, each in ahead(self._incident, keys, at_once=_READERS) if each is not None}
        known |= {each.id: each for each in self.live.incidents}
        met = (each for each in known.values() if meets(each.opened_at, each.resolved_at, start, end))
        ordered = sorted(met, key=lambda each: (each.opened_at, each.id))
        return tuple(incident_line(each, report_key=report_page(each.report, lake=self.lake)) for each in ordered)

    def _incident(self, key: str) -> IncidentRecord | None:
        try:
            return find_document(IncidentRecord, key, lake=self.lake)
        except (DocumentDamaged, TooNew):
            return None

    @cached_property
    def maturity(self) -> Sequence[LabelsIn]:
        """The share of labels that is in by days after a row, as the last check of performance knew it."""
        try:
            note = find_document(PerformanceProgress, scoring_keys.performance_progress(self.model), lake=self.lake)
        except (DocumentDamaged, TooNew):
            return ()
        return () if note is None else note.curve

    @cached_property
    def freshness(self) -> Freshness:
        """How new the rows are, by the record of what was loaded."""
        try:
            loads = read_loads(rows_of(self.dataset).prefix, lake=self.lake)[0].loads
        except CourtsideError:
            loads = ()
        counting = [load for load in loads if load.state.counts]
        days = [load.last_day for load in counting if load.last_day != date.max]  # rows without times have no day
        newest = max(days, default=None)
        is_overdue = any(each.kind == no_new_data.KIND.name for each in self.live.incidents)
        arrived = max((load.loaded_at for load in counting), default=None)
        return Freshness(
            newest_row=newest if self.replay is None else self.replay.end - timedelta(days=1),
            last_arrival=arrived,
            overdue_since=newest if is_overdue else None,
            of_games=self.dataset.builder is not None,
        )


def meets(since: datetime, until: datetime | None, start: date, end: date) -> bool:
    """Tell whether a time from `since` to `until` (None: until now) has a moment in the days from `start` to `end`."""
    return since.date() < end and (until is None or until.date() >= start)


def _may_meet(key: str, start: date, end: date) -> bool:
    """Tell by an incident's key, which names the day on which it began, whether it can have been open then."""
    found = _DATED.search(key)
    return found is None or start - _LONGEST_INCIDENT <= date.fromisoformat(found[1]) < end


def report_page(uri: str, *, lake: Lake) -> str:
    """Return the key of the page of a drift report whose address an incident names, empty for anything else."""
    key = uri.removeprefix(lake.uri("")).removeprefix("/")  # the address of a folder ends without a slash
    return f"{key.rpartition('.')[0]}.html" if drift_keys.is_drift_report(key) else ""
