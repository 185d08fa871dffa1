"""Which models are due in a round."""

from courtside.contracts.records import ModelRound, StageModel
from courtside.contracts.rounds import DueModel, FindDueRequest, Step


def due_in_round(
    entry: StageModel, before: ModelRound | None, request: FindDueRequest, *, files: str
) -> DueModel | None:
    """Return what is due of a model that is watched, None where nothing is.

    `files` is the state of the files that wait in the model's own folder (empty: there are none). A model that had no
    round under its contract yet is due with everything, because only a round knows what the contract asks for. Rows
    that could not be taken in are tried again in every round, and a check as `settled` says.
    """
    if before is None or before.contract_sha256 != entry.sha256 or Step.ENTRY in before.failing or request.everything:
        receive = check = True
    else:
        receive = before.own_place or before.received != files or Step.RECEIVE in before.failing
        check = _check_is_due(before, request)
    due = DueModel(
        model=entry.name,
        round=request.round,
        as_of=request.as_of,
        receive=receive,
        check=check,
        contract_sha256=entry.sha256,
        received=files,
    )
    return due if due.receive or due.check else None


def _check_is_due(before: ModelRound, request: FindDueRequest) -> bool:
    moments = (before.next_due, before.retry_at)
    return all(moment is None or moment <= request.as_of for moment in moments)
