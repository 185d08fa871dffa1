"""Rounds of the watch in memory: the steps of its state machine, one model after the other."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from courtside.contracts import ledger_keys
from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import (
    Arrived,
    Checked,
    DueModel,
    FindDueRequest,
    FindDueResponse,
    Judged,
    Predicted,
    SettleRequest,
    SettleResponse,
    StepFailure,
)
from courtside.workflows.find_due import FindDue
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import read
from courtside.workflows.settle import Settle
from courtside.workflows.stage_models import StageModels
from tests.fakes.incoming import InMemoryIncoming
from tests.fakes.ports import InMemoryLake, InMemoryLedger, RecordedAlerts

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = StepFailure(error="DocumentDamaged", cause="the reference is cut off")
WELL, NO_FILES = Checked(decision="nothing", rule="usual"), Arrived()
NO_CHAMPION, NO_WINDOW = Predicted(), Judged()
FAILS, WORKS = "{} cannot be watched", "resolved: {} cannot be watched"
"""What people are told of a model, by its name."""


def failing(*models: str) -> Callable[[DueModel], Checked | StepFailure]:
    """Return a check that fails for these models and for no other."""
    return lambda due: BROKEN if due.model in models else WELL


def contract(name: str, more: str = "") -> str:
    return f"name: {name}\nid_columns: [id]\ntarget: left\nfeatures: {{age: numeric}}\n{more}"


@dataclass
class Rounds:
    """A stage whose models receive rows, predict, are checked and are judged by the functions of these names."""

    lake: InMemoryLake = field(default_factory=InMemoryLake)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    incoming: InMemoryIncoming = field(default_factory=InMemoryIncoming)
    alerts: RecordedAlerts = field(default_factory=RecordedAlerts)
    receive: Callable[[DueModel], Arrived | StepFailure] = lambda _: NO_FILES
    predict: Callable[[DueModel], Predicted | StepFailure] = lambda _: NO_CHAMPION
    check: Callable[[DueModel], Checked | StepFailure] = lambda _: WELL
    judge: Callable[[DueModel], Judged | StepFailure] = lambda _: NO_WINDOW
    sleep: Callable[[float], None] = lambda _: None
    """What leases wait by; they end at once by default, so it has to be real where several work at the same time."""

    @property
    def models(self) -> StageModels:
        return StageModels(self.ledger, self.lake)

    @property
    def settle(self) -> Settle:
        return Settle(self.models, self.incidents)

    @property
    def incidents(self) -> Incidents:
        return Incidents(self.ledger, self.lake, self.alerts, sleep=self.sleep)

    def add(self, *names: str, more: str = "") -> None:
        for name in names:
            self.models.add(contract(name, more).encode(), source=name, by="ann", now=NOON)

    def find(self, at: datetime, name: str = "", **more: object) -> tuple[FindDueResponse, list[DueModel]]:
        """Run the first step; return its answer and the list that it wrote."""
        request = FindDueRequest.model_validate({"round": name or f"{at:%d-%H-%M}", "as_of": at, **more})
        answer = FindDue(self.models, self.incoming, self.incidents).run(request)
        return answer, [DueModel.model_validate(each) for each in json.loads(self.lake.read(answer.key))]

    def answered(self, due: DueModel) -> SettleRequest:
        """Run the middle steps of one model; return what the last one is given."""
        given = SettleRequest.model_validate(due.model_dump())
        arrived = self.receive(due) if due.receive else None
        rows = arrived.rows if isinstance(arrived, Arrived) else 0
        answers: dict[str, BaseModel | None] = {
            "arrived": arrived,
            "predicted": self.predict(due) if due.predict or rows else None,
            "checked": self.check(due) if due.check else None,
            "judged": self.judge(due) if due.judge else None,
        }
        said = {f"not_{name}" if isinstance(each, StepFailure) else name: each for name, each in answers.items()}
        return given.model_copy(update=said)

    def steps(self, at: datetime, name: str = "", **more: object) -> Iterator[SettleResponse]:
        """Run a round, a model each time that the next answer is asked for."""
        for due in self.find(at, name, **more)[1]:
            yield self.settle.run(self.answered(due), now=at + timedelta(minutes=1))

    def round(self, at: datetime, name: str = "", **more: object) -> dict[str, SettleResponse]:
        """Run a whole round; return what it did with each model."""
        return {each.model: each for each in self.steps(at, name, **more)}

    def record(self, model: str) -> ModelRound:
        found, _ = read(self.ledger, ledger_keys.model_round(model), ModelRound)
        assert found is not None
        return found

    @property
    def told(self) -> list[str]:
        return [each.subject.removeprefix("Courtside: ") for each in self.alerts.sent]
