"""The records of one replay: each round is written when it was lived through, by what a stage writes them with.

One that was interrupted begins anew. What needs the whole replay, what no round stated about performance, comes last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pyarrow as pa

from courtside.contracts import dashboard_keys, drift_keys, lake_keys, ledger_keys, training_keys
from courtside.contracts.records import ChampionPointer, DecisionRecord, IncidentRecord, ModelRound, Reign, ReplayRecord
from courtside.core.dataset import Dataset
from courtside.core.decision import ACTS, Action
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.performance.promise import Promise, promise_of
from courtside.datasets.catalog import parse_dataset
from courtside.datasets.renamed import renamed
from courtside.workflows.check_records import decision_key, document_of
from courtside.workflows.drift_archive import archive, archive_rows
from courtside.workflows.drift_window import WindowReport
from courtside.workflows.ledger_documents import parsed
from courtside.workflows.ledger_transactions import Documents, change, change_together
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.performance.promises import USUAL_POSITIVE
from courtside.workflows.ports import Lake, Ledger, ObjectMissing
from courtside.workflows.replays.served import archive_served, archive_statements, archive_tests, noon, state_windows
from courtside.workflows.stage_models import StageModels


class ReplayLedger(Ledger, Protocol):
    """A ledger in which a replay may begin anew."""

    def remove(self, *keys: str) -> None:
        """Remove the entries of these keys; one that ends with a slash or a dot is a prefix."""
        ...


POSITIVE = USUAL_POSITIVE
"""The label of class 1 in the archives of a replay, where the contract names none."""
REPLAYED = "replay"
"""By whom the champions of a replay were promoted, and the execution of its trainings."""
TOLD_WITH_PAGE = frozenset({*ACTS, Action.ALERT})
"""Actions whose drift report is kept whole, as people may want to read it; of the others the figures are kept."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes the records of one model of a folder's replays, whose contract is `dataset`."""

    lake: Lake
    ledger: Ledger
    dataset: Dataset

    @classmethod
    def begun(cls, contract: bytes, name: str, *, start: date, lake: Lake, ledger: ReplayLedger) -> "Recorder":
        """Put the model of a replay into its folder, in place of an earlier replay of this name.

        Raises `NameUnusable`, `DatasetInvalid` and what `StageModels.add` raises.
        """
        content = renamed(contract, name)
        dataset = parse_dataset(f"{name}.yaml", content)
        for prefix in (*lake_keys.all_of(name), dashboard_keys.pages(name)):
            lake.remove(lake.keys(prefix))
        incidents = ledger_keys.incidents_of(name)
        told = f"{incidents.removesuffix('/')}-told/"
        own = (ledger_keys.of_model(name), ledger_keys.stage_model(name), ledger_keys.model_round(name))
        ledger.remove(*own, f"{incidents}{name}.", f"{told}{name}.")
        StageModels(ledger, lake).add(content, source=f"{name}.yaml", by=REPLAYED, now=noon(start))
        return cls(lake, ledger, dataset)

    def promised(self, training_id: str, holdout: pa.Table) -> None:
        """Record what the challenger of a training said of its holdout, which is what it promises."""
        self.lake.write(training_keys.training_holdout(self.dataset.name, training_id), parquet_content(holdout))

    def promoted(self, version: str, *, training_id: str, day: date, rule: str, reason: str) -> None:
        """Record that a version became champion."""
        at = noon(day)
        key = ledger_keys.history(at, version)
        reign = Reign(version=version, training_id=training_id, since=at, rule=rule, reason=reason, by=REPLAYED)

        def step(documents: Documents) -> None:
            before = documents.find(ledger_keys.CHAMPION, ChampionPointer)
            if before is not None and before.history_key == key:
                return
            previous = None if before is None else before.version
            pointer = ChampionPointer(version=version, previous=previous, reason=reason, history_key=key)
            if before is not None and before.history_key is not None:
                ended = documents.find(before.history_key, Reign)
                if ended is not None:
                    documents.write(before.history_key, ended.model_copy(update={"until": at}))
            documents.find(key, Reign)
            documents.write(key, reign)
            documents.write(ledger_keys.CHAMPION, pointer)

        change_together(self._own, step)

    def checked(
        self, record: DecisionRecord, *, found: WindowReport | None = None, incidents: Sequence[IncidentRecord] = ()
    ) -> None:
        """Record a decision, the drift report that it was made from (None: none), and the newest incidents.

        A report is kept whole where people were told something, and otherwise as its figures.
        """
        record, page = self._own_record(record, found), ""
        if found is not None:
            archive_rows(found.report, record, lake=self.lake)
            if Action(record.action) in TOLD_WITH_PAGE:
                page = archive(found, record, lake=self.lake, replay=True).page_key or ""
        self.lake.write(decision_key(record), document_of(record))
        for incident in incidents:
            self._keep(incident, report=self.lake.uri(page) if page else "")
        self._reach(record)

    def _own_record(self, record: DecisionRecord, found: WindowReport | None) -> DecisionRecord:
        """Return a decision as one about the model of the replay."""
        name, request = self.dataset.name, record.request
        own: dict[str, object] = {"model": name, "report_key": ""}
        if found is not None:
            own["report_key"] = drift_keys.drift_report(name, record.window.end, record.check_id)
        if request is not None:
            own |= {"request": request.model_copy(update={"model": name}), "execution_arn": REPLAYED}
        return record.model_copy(update=own)

    def _keep(self, incident: IncidentRecord, *, report: str) -> None:
        """Write an incident as one of the model of the replay; `report` is where to look if it was found again."""
        name, key = self.dataset.name, ledger_keys.incident(self.dataset.name, incident.kind)

        def step(documents: Documents) -> IncidentRecord:
            before = documents.find(key, IncidentRecord)
            same = before if before is not None and before.id == incident.id else None
            found = same is None or incident.findings > same.findings
            where = report if found and report else same.report if same is not None else ""
            after = incident.model_copy(update={"model": name, "report": where, "kept": True})
            documents.write(key, after)
            return after

        after = change_together(self.ledger, step)
        self.lake.write(lake_keys.incident(name, after.id), after.model_dump_json(indent=2).encode())

    def stated(self, day: date, statements: Sequence[pa.Table], tests: pa.Table | None) -> None:
        """Record what a round stated about windows of performance, and what the promise tests said then."""
        for said in statements:
            if said.num_rows:
                archive_statements(said, dataset=self.dataset, lake=self.lake)
        if tests is not None and tests.num_rows:
            archive_tests(tests, day=day, dataset=self.dataset, lake=self.lake)

    def served(self, rows: pa.Table, *, start: date, end: date) -> None:
        """Record what was predicted in the days from `start` to `end` (not included); `rows` are in `BELIEVED`."""
        archive_served(rows, start=start, end=end, dataset=self.dataset, lake=self.lake)

    def finished(self, record: ReplayRecord) -> None:
        """Judge what was predicted, and record what the replay was."""
        state_windows(dict(self._promises()), end=record.end, dataset=self.dataset, lake=self.lake)
        content = record.model_dump_json(indent=2).encode()
        self.lake.write(dashboard_keys.replay(self.dataset.name), content)

    def _reach(self, record: DecisionRecord) -> None:
        """Record the newest round."""
        round_ = ModelRound(
            model=self.dataset.name,
            last_round_at=record.decided_at,
            ran_at=record.decided_at,
            last_outcome=record.action,
            last_rule=record.rule,
            last_reason=record.reason,
        )
        nothing = ModelRound(model=self.dataset.name)
        change(self.ledger, ledger_keys.model_round(self.dataset.name), nothing, lambda _: (round_, None))

    @property
    def _own(self) -> ModelLedger:
        return ModelLedger(self.ledger, self.dataset.name)

    def _promises(self) -> Iterator[tuple[str, Promise]]:
        """Yield what each champion's holdout promised."""
        for entry in self._own.entries(ledger_keys.HISTORY_PREFIX):
            reign = parsed(entry, Reign)
            if reign.training_id is None:
                continue
            try:
                content = self.lake.read(training_keys.training_holdout(self.dataset.name, reign.training_id))
            except ObjectMissing:
                continue
            holdout = Holdout.of(read_parquet_content(content))
            positive = self.dataset.positive or POSITIVE
            found = promise_of(holdout, segment_column=None, task=self.dataset.task, positive=positive)
            yield reign.version, found
