"""The last step of a model's round: what came of it is kept, and people are told once if the model fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ModelRound, StageModel
from courtside.contracts.rounds import SettleRequest, SettleResponse
from courtside.contracts.versioned import TooNew
from courtside.core.alerting import Alert
from courtside.core.rhythm import WatchRhythm
from courtside.core.watch import failing_alert, outcome_of, said_of_predictions, settled, working_alert
from courtside.workflows.claims import Claims
from courtside.workflows.ledger_documents import LedgerDocumentDamaged, read
from courtside.workflows.ledger_transactions import change
from courtside.workflows.ports import AlertChannel
from courtside.workflows.stage_models import StageModels

PAUSED, REMOVED = "paused", "removed"


@dataclass(frozen=True, slots=True)
class Settle:
    """Keeps what a round did with one model, and tells people when it begins to fail and when that ends."""

    models: StageModels
    claims: Claims
    alerts: AlertChannel

    def run(self, request: SettleRequest, *, now: datetime) -> SettleResponse:
        """Write the record of the model's rounds and what this one did, and tell people what is new about it.

        Repeating it changes nothing and tells nobody twice; of two rounds at once, the later one counts. A model that
        somebody removed meanwhile, or paused so that its round failed, is left alone. Raises `TooNew` where a newer
        Courtside wrote the record.
        """
        outcome = self._left_alone(request)
        response = SettleResponse(model=request.model, outcome=outcome) if outcome else self._settled(request, now=now)
        kept = response.model_dump_json(indent=2, exclude={"told"}).encode()
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

        before = self._record(request.model)
        told = False
        # This comes before the record forgets since when the model failed: a repetition would not know it any more.
        if before.told and before.failing_since and not after(before).failing:
            alert = working_alert(request.model, since=before.failing_since)
            told = self._once(request.model, "works", before.failing_since, alert)
        record = self._changed(request.model, after)
        if record.failing_since and not record.told:
            told = self._once(request.model, "fails", record.failing_since, failing_alert(record)) or told
            record = self._changed(request.model, lambda newest: _told(newest, since=record.failing_since))
        return _response(request, record, told=told)

    def _rhythm(self, model: str) -> tuple[timedelta, bool | None]:
        """Return how often a model is checked and whether files arrive elsewhere too; None if nobody can say."""
        try:
            dataset = self.models.dataset(model)
        except CourtsideError:
            return WatchRhythm().every, None
        return dataset.watch.every, dataset.incoming is not None

    def _record(self, model: str) -> ModelRound:
        return self._changed(model, lambda found: found)

    def _changed(self, model: str, step: Callable[[ModelRound], ModelRound]) -> ModelRound:
        def both(before: ModelRound) -> tuple[ModelRound, ModelRound]:
            after = step(before)
            return after, after

        # Rounds write all of it again, so one that somebody damaged by hand is no loss.
        key = ledger_keys.model_round(model)
        return change(self.models.ledger, key, ModelRound(model=model), both, anew=True)

    def _once(self, model: str, kind: str, since: datetime, alert: Alert) -> bool:
        return self.claims.once(ledger_keys.round_notice(model, kind, since), lambda: self.alerts.publish(alert))


def _told(newest: ModelRound, *, since: datetime | None) -> ModelRound:
    return newest.model_copy(update={"told": newest.told or newest.failing_since == since})


def _response(request: SettleRequest, record: ModelRound, *, told: bool) -> SettleResponse:
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
        told=told,
    )
