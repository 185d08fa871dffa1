"""Which models are due in a round."""

from datetime import datetime

from courtside.contracts.records import ModelRound, StageModel
from courtside.contracts.rounds import DueModel, FindDueRequest, Step


def due_in_round(
    entry: StageModel, before: ModelRound | None, request: FindDueRequest, *, files: str
) -> DueModel | None:
    """Return what is due of a model that is watched, None where nothing is.

    `files` is the state of the files that wait in the model's own folder (empty: there are none). A model that had no
    round under its contract yet is due with everything, because only a round knows what the contract asks for. Rows
    that could not be taken in are tried again in every round, and the other steps as `settled` says. With a check, the
    model also predicts and is judged.
    """
    if before is None or before.contract_sha256 != entry.sha256 or Step.ENTRY in before.failing or request.everything:
        receive = predict = check = judge = True
    else:
        tries = _has_come(before.retry_at, request)
        receive = before.own_place or before.received != files or Step.RECEIVE in before.failing
        check = _has_come(before.next_due, request) and (tries or Step.CHECK not in before.failing)
        predict, judge = (check or (tries and step in before.failing) for step in (Step.PREDICT, Step.JUDGE))
    due = DueModel(
        model=entry.name,
        round=request.round,
        as_of=request.as_of,
        receive=receive,
        predict=predict,
        check=check,
        judge=judge,
        contract_sha256=entry.sha256,
        received=files,
    )
    return due if receive or predict or check or judge else None


def _has_come(moment: datetime | None, request: FindDueRequest) -> bool:
    return moment is None or moment <= request.as_of
