"""Make the rows of decisions, incidents, production history and runs, which are kept as documents elsewhere."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.archive import STAGE_ITSELF, table_named
from courtside.contracts.records import DecisionRecord, IncidentRecord, Reign
from courtside.contracts.versioned import TooNew
from courtside.core.archive.rows import decision_row, incident_row, production_row, run_row
from courtside.core.runs import check_run, damaged_check, training_run
from courtside.workflows.archive.deriving import Document, Made, Rows
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, parsed
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.runs import Executions

logger = logging.getLogger(__name__)

NEWEST_EXECUTIONS = 25
"""How many of a model's executions are looked at in a round; older ones were written in an earlier round."""

DECISIONS, INCIDENTS = table_named("decisions"), table_named("incidents")
PRODUCTION, RUNS = table_named("production"), table_named("runs")


@dataclass(frozen=True, slots=True)
class Derive:
    """Where the documents of a model lie. Without `executions` there are no rows of trainings and rollbacks."""

    lake: Lake
    ledger: ModelLedger
    executions: Executions | None = None

    @property
    def model(self) -> str:
        """The model's name."""
        return self.ledger.model

    def __call__(self) -> int:
        """Write the rows that are not those of the documents any more, and return of how many days those are.

        A document that cannot be read hides no other. Raises `DerivingBusy`.
        """
        days = Rows(self.lake, self.model, "decisions", (DECISIONS, RUNS)).follow(self._decisions())
        days += derive_incidents(self.model, lake=self.lake)
        days += Rows(self.lake, self.model, "reigns", (PRODUCTION,)).follow(self._reigns())
        if self.executions is not None:
            executions = Rows(self.lake, self.model, "executions", (RUNS,), keeps=True)
            days += executions.follow(self._executions(self.executions))
        return days

    def _decisions(self) -> list[Document]:
        return _documents(lake_keys.decisions(self.model), self._decision, lake=self.lake)

    def _decision(self, key: str) -> Made | None:
        found = lake_keys.decision_of(key)
        if found is None:
            return None
        try:
            record = read_document(DecisionRecord, key, lake=self.lake)
        except ObjectMissing:
            return None
        except (DocumentDamaged, TooNew) as error:
            damaged = damaged_check(key, str(error), model=self.model)
            return Made(found[0], {RUNS.name: run_row(damaged)} if damaged else {})
        made = {DECISIONS.name: decision_row(record)}
        return Made(found[0], made if lake_keys.is_by_hand(key) else made | {RUNS.name: run_row(check_run(record))})

    def _reigns(self) -> list[Document]:
        documents = []
        for entry in self.ledger.entries(ledger_keys.HISTORY_PREFIX):
            try:
                reign = parsed(entry, Reign)
            except (LedgerDocumentDamaged, TooNew) as error:
                logger.warning("an entry of the production history is left out: %s", error)
                continue
            documents.append(_of_row(entry.key, Made(reign.since.date(), {PRODUCTION.name: production_row(reign)})))
        return documents

    def _executions(self, executions: Executions) -> list[Document]:
        runs = [training_run(each) for each in executions.recent(NEWEST_EXECUTIONS)]
        return [_of_row(run.id, Made(run.started_at.date(), {RUNS.name: run_row(run)})) for run in runs]


def derive_incidents(model: str, *, lake: Lake) -> int:
    """Write the rows of a model's incidents, or of the stage's own if the model is empty; return of how many days.

    Raises `DerivingBusy`.
    """

    def made(key: str) -> Made | None:
        try:
            record = read_document(IncidentRecord, key, lake=lake)
        except (DocumentDamaged, ObjectMissing, TooNew) as error:
            logger.warning("an incident is left out: %s", error)
            return None
        return Made(record.opened_at.date(), {INCIDENTS.name: incident_row(record)})

    rows = Rows(lake, model or STAGE_ITSELF, "incidents", (INCIDENTS,))
    return rows.follow(_documents(lake_keys.incidents(model), made, lake=lake))


def _documents(prefix: str, made: Callable[[str], Made | None], *, lake: Lake) -> list[Document]:
    """Return the documents below a prefix of the lake; where it keeps no versions, their content is their stamp."""

    def document(key: str, version: str | None) -> Document:
        stamp = version or hashlib.sha256(lake.read(key)).hexdigest()
        return Document(key, stamp, lambda: made(key))

    return [document(each.key, each.version_id) for each in lake.list_objects(prefix) if each.key.endswith(".json")]


def _of_row(name: str, made: Made) -> Document:
    """Return a document that has been read already, whose rows are its stamp."""
    text = json.dumps(made.rows, default=str, sort_keys=True)
    return Document(name, hashlib.sha256(text.encode()).hexdigest(), lambda: made)
