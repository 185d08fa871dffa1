"""The last step of a model's round: what came of it is kept, and an incident is open while the model fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ModelRound, StageModel
from courtside.contracts.rounds import SettleRequest, SettleResponse
from courtside.contracts.versioned import TooNew
from courtside.core.incidents import Finding
from courtside.core.incidents.kinds import failing_rounds
from courtside.core.rhythm import WatchRhythm
from courtside.core.sentences import enumerated
from courtside.core.watch import failing_alert, outcome_of, said_of_predictions, settled
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, read
from courtside.workflows.ledger_transactions import change
from courtside.workflows.stage_models import StageModels

PAUSED, REMOVED = "paused", "removed"


@dataclass(frozen=True, slots=True)
class Settle:
    """Keeps what a round did with one model, and tells people when it begins to fail and when that ends."""

    models: StageModels
    incidents: Incidents

    def run(self, request: SettleRequest, *, now: datetime) -> SettleResponse:
        """Write the record of the model's rounds and what this one did, and tell people what is new about it.

        Repeating it changes nothing and tells nobody twice; of two rounds at once, the later one counts. A model that
        somebody removed meanwhile, or paused so that its round failed, is left alone. Raises `TooNew` where a newer
        Courtside wrote the record.
        """
        outcome = self._left_alone(request)
        response = SettleResponse(model=request.model, outcome=outcome) if outcome else self._settled(request, now=now)
        kept = response.model_dump_json(indent=2).encode()
        self.models.lake.write(lake_keys.settled(request.round, request.model), kept)
        return response

    def _left_alone(self, request: SettleRequest) -> str:
        try:
            entry, _ = read(self.models.ledger, ledger_keys.stage_model(request.model), StageModel)
        except (LedgerDocumentDamaged, TooNew):
            return ""
        if entry is None or entry.removed_at is not None:
            return REMOVED
        return PAUSED if entry.paused and outcome_of(request).failing else ""

    def _settled(self, request: SettleRequest, *, now: datetime) -> SettleResponse:
        every, own_place = self._rhythm(request.model)

        def after(before: ModelRound) -> ModelRound:
            return settled(before, request, every=every, own_place=own_place, now=now)

        record = self._changed(request.model, after)
        self._tell(record, request.round, now=now)
        return _response(request, record)

    def _tell(self, record: ModelRound, round_name: str, *, now: datetime) -> None:
        kind, model = failing_rounds.KIND.name, record.model
        if not record.failing:
            said = f"The rounds of {model} do not fail any more"
            self.incidents.resolve(model, kind, at=now, evidence=round_name, said=said)
            return
        finding = Finding(
            model=model,
            kind=kind,
            at=now,
            evidence=round_name,
            alert=failing_alert(record),
            line=f"The round of {model} failed in {enumerated(record.failing)}",
            subjects=record.failing,
        )
        self.incidents.report(finding)

    def _rhythm(self, model: str) -> tuple[timedelta, bool | None]:
        """Return how often a model is checked and whether files arrive elsewhere too; None if nobody can say."""
        try:
            dataset = self.models.dataset(model)
        except CourtsideError:
            return WatchRhythm().every, None
        return dataset.watch.every, dataset.incoming is not None

    def _changed(self, model: str, step: Callable[[ModelRound], ModelRound]) -> ModelRound:
        def both(before: ModelRound) -> tuple[ModelRound, ModelRound]:
            after = step(before)
            return after, after

        # Rounds write all of it again, so one that somebody damaged by hand is no loss.
        key = ledger_keys.model_round(model)
        return change(self.models.ledger, key, ModelRound(model=model), both, anew=True)


def _response(request: SettleRequest, record: ModelRound) -> SettleResponse:
    ended, checked, arrived = outcome_of(request), request.checked, request.arrived
    predicted, judged = request.predicted, request.judged
    return SettleResponse(
        model=request.model,
        outcome=ended.outcome,
        rule=ended.rule,
        reason=ended.reason,
        files=0 if arrived is None else arrived.files,
        rows=0 if arrived is None else arrived.rows,
        predicted=0 if predicted is None else predicted.predicted,
        set_aside=0 if predicted is None else predicted.set_aside,
        predictions=() if predicted is None else said_of_predictions(predicted),
        judged=0 if judged is None else judged.stated + judged.restated,
        moved=() if checked is None else checked.moved,
        report_key="" if checked is None else checked.page_key or checked.report_key,
        execution_arn=None if checked is None else checked.execution_arn,
        next_due=record.next_due,
    )
