"""Rounds of the watch in memory: the steps of its state machine, one model after the other."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from courtside.contracts import ledger_keys
from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import (
    Arrived,
    Checked,
    DueModel,
    FindDueRequest,
    FindDueResponse,
    SettleRequest,
    SettleResponse,
    StepFailure,
)
from courtside.workflows.claims import Claims
from courtside.workflows.find_due import FindDue
from courtside.workflows.ledger_documents import read
from courtside.workflows.settle import Settle
from courtside.workflows.stage_models import StageModels
from tests.fakes.incoming import InMemoryIncoming
from tests.fakes.ports import InMemoryLake, InMemoryLedger, RecordedAlerts

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = StepFailure(error="DocumentDamaged", cause="the reference is cut off")
WELL, NO_FILES = Checked(decision="nothing", rule="usual"), Arrived()
FAILS, WORKS = "{} cannot be watched", "{} is watched again"
"""What people are told of a model, by its name."""


def failing(*models: str) -> Callable[[DueModel], Checked | StepFailure]:
    """Return a check that fails for these models and for no other."""
    return lambda due: BROKEN if due.model in models else WELL


def contract(name: str, more: str = "") -> str:
    return f"name: {name}\nid_columns: [id]\ntarget: left\nfeatures: {{age: numeric}}\n{more}"


@dataclass
class Rounds:
    """A stage whose models are checked and receive rows by the functions `check` and `receive`."""

    lake: InMemoryLake = field(default_factory=InMemoryLake)
    ledger: InMemoryLedger = field(default_factory=InMemoryLedger)
    incoming: InMemoryIncoming = field(default_factory=InMemoryIncoming)
    alerts: RecordedAlerts = field(default_factory=RecordedAlerts)
    check: Callable[[DueModel], Checked | StepFailure] = lambda _: WELL
    receive: Callable[[DueModel], Arrived | StepFailure] = lambda _: NO_FILES

    @property
    def models(self) -> StageModels:
        return StageModels(self.ledger, self.lake)

    @property
    def settle(self) -> Settle:
        return Settle(self.models, Claims(self.ledger, sleep=lambda _: None), self.alerts)

    def add(self, *names: str, more: str = "") -> None:
        for name in names:
            self.models.add(contract(name, more).encode(), source=name, by="ann", now=NOON)

    def find(self, at: datetime, name: str = "", **more: object) -> tuple[FindDueResponse, list[DueModel]]:
        """Run the first step; return its answer and the list that it wrote."""
        request = FindDueRequest.model_validate({"round": name or f"{at:%d-%H-%M}", "as_of": at, **more})
        answer = FindDue(self.models, self.incoming).run(request)
        return answer, [DueModel.model_validate(each) for each in json.loads(self.lake.read(answer.key))]

    def answered(self, due: DueModel) -> SettleRequest:
        """Run the middle steps of one model; return what the last one is given."""
        given = SettleRequest.model_validate(due.model_dump())
        if due.receive:
            answer = self.receive(due)
            given = given.model_copy(update={"not_arrived" if isinstance(answer, StepFailure) else "arrived": answer})
        if due.check:
            found = self.check(due)
            given = given.model_copy(update={"not_checked" if isinstance(found, StepFailure) else "checked": found})
        return given

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
