"""Judge one training's challenger from the holdout predictions in the lake."""

from dataclasses import replace
from datetime import datetime

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import GateRequest, GateResponse
from courtside.contracts.records import ChampionReference, GateDecision, TrainingRecord
from courtside.core.alerting import passed_alert, rejection_alert
from courtside.core.gate.attempts import level_of
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.gate.tasks import TASKS
from courtside.core.gate.verdict import Rival, judge
from courtside.core.gate.wording import NOT_REGISTERED
from courtside.core.parquet import read_parquet_content
from courtside.core.tasks import BINARY
from courtside.workflows.gate_attempts import earlier_attempts
from courtside.workflows.lake_documents import read_document
from courtside.workflows.load_windows import frozen_keys
from courtside.workflows.ports import Lake, ObjectMissing


def gate(
    request: GateRequest, *, lake: Lake, policy: GatePolicy, now: datetime, decided_by: str = "gate"
) -> GateResponse:
    """Decide once and store the decision as a record; judging a training again returns that decision.

    Raises `ObjectMissing` when the training left no record or predictions, `HoldoutInvalid` where they are unusable,
    `NotLoggedYet` and `NoBlocks`.
    """
    key = training_keys.training_verdict(request.model, request.training_id)
    try:
        return _response(_read_decision(lake, key), request.model)
    except ObjectMissing:
        decision = _decide(request.model, request.training_id, lake=lake, policy=policy, now=now, decided_by=decided_by)
    if lake.claim(key, decision.model_dump_json(indent=2).encode()):
        return _response(decision, request.model)
    return _response(_read_decision(lake, key), request.model)  # somebody else was first: their decision counts


UNTRACKED = "the contract says `tracking: false`, so the training registered no version that could become champion"


class NotLoggedYet(CourtsideError):
    """A training's runs still wait for the tracking server, so nobody asked the champion about the holdout."""

    def __init__(self, training_id: str) -> None:
        self.training_id = training_id
        super().__init__(
            f"training {training_id} is not logged yet, so it cannot be judged: "
            "`courtside train --resume-logging` logs it once the tracking server answers"
        )


class NoBlocks(CourtsideError):
    """The contract says which rows depend on each other, and said it after a training, whose holdout does not."""

    def __init__(self, training_id: str, model: str, block: str) -> None:
        self.training_id = training_id
        self.block = block
        super().__init__(
            f"the contract of {model} says `gate: {{block: {block}}}`, but the holdout of training {training_id} has "
            f"no blocks, because it is older than that; train again with `courtside retrain --model {model}`"
        )


def _decide(
    model: str, training_id: str, *, lake: Lake, policy: GatePolicy, now: datetime, decided_by: str
) -> GateDecision:
    record = _read_training(lake, model, training_id)
    if record.spooled:
        raise NotLoggedYet(training_id)
    key = training_keys.training_holdout(model, training_id)
    holdout = Holdout.of(read_parquet_content(lake.read(key)))
    earlier = earlier_attempts(record, lake=lake)
    if policy.block is not None and holdout.blocks is None:
        raise NoBlocks(training_id, model, policy.block)
    verdict = judge(
        holdout,
        policy=policy,
        fresher_by=_fresher_by(record, lake=lake),
        rival=_rival(record),
        recalibrates=None if record.recalibrates is None else record.recalibrates.version,
        attempts=len(earlier) + 1,
    )
    if verdict.promote and record.challenger_version is None:
        verdict = replace(verdict, promote=False, rule=NOT_REGISTERED, reason=f"{UNTRACKED}; else {verdict.reason}")
    return GateDecision(
        training_id=training_id,
        promote=verdict.promote,
        rule=verdict.rule,
        reason=verdict.reason,
        challenger_version=record.challenger_version,
        champion_version=record.champion_version,
        registered_model=record.registered_model,
        holdout_key=key,
        holdout_rows=holdout.compared.labels.size,
        contract_version=record.contract_version,
        contract_hash=record.contract_hash,
        policy=policy.as_dict(holdout.task),
        comparisons=verdict.comparisons,
        notes=verdict.notes,
        attempts=len(earlier) + 1,
        level=level_of(len(earlier) + 1),
        earlier=earlier,
        block=policy.block,
        decided_by=decided_by,
        decided_at=now,
    )


def _rival(record: TrainingRecord) -> Rival | None:
    if record.champion_version is None:
        return None
    return Rival(record.champion_version, record.champion_incomparable, record.champion_differs)


def _fresher_by(record: TrainingRecord, *, lake: Lake) -> int | None:
    """Return by how many days the challenger's data end after the champion's, None where that is not known.

    It is not known of rows without times either, but without a new load they are no newer at all.
    """
    try:
        reference = read_document(ChampionReference, lake_keys.champion_reference(record.dataset), lake=lake)
        if reference.version != record.champion_version:
            return None
        untimed = frozen_keys(record.dataset, record.training_id, lake=lake)
        if untimed is not None:
            return 0 if untimed <= (frozen_keys(record.dataset, reference.training_id, lake=lake) or set()) else None
        return (record.as_of - _read_training(lake, record.dataset, reference.data_of).as_of).days
    except ObjectMissing:
        return None


def _read_training(lake: Lake, model: str, training_id: str) -> TrainingRecord:
    return read_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)


def _read_decision(lake: Lake, key: str) -> GateDecision:
    return read_document(GateDecision, key, lake=lake)


def _response(decision: GateDecision, model: str) -> GateResponse:
    alert = (passed_alert if decision.promote else rejection_alert)(decision, model=model)
    differences = _differences(decision)
    auc_difference = differences.get(TASKS[BINARY].skill.name)
    return GateResponse(
        training_id=decision.training_id,
        promote=decision.promote,
        rule=decision.rule,
        reason=decision.reason,
        subject=alert.subject,
        message=alert.text,
        auc_difference=auc_difference,
        differences={} if auc_difference is not None else differences,
    )


def _differences(decision: GateDecision) -> dict[str, float]:
    """Return by how much each figure is above the champion's on all rows."""
    named = {each.name for task in TASKS.values() for each in task.yardsticks}
    return {
        each.name: each.difference
        for each in decision.comparisons
        if each.name in named and each.against == "champion" and each.difference is not None
    }
