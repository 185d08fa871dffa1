"""What the rounds of the watch left of each model."""

from datetime import datetime

from courtside.contracts.versioned import Versioned


class ModelRound(Versioned):
    """What the newest round of one model did, and when the next one is due; only the function `settle` writes it.

    `contract_sha256` is the contract that the round went by. `next_due` is when the next check is due, None before
    the first one; a check that failed stays due, but is not tried again before `retry_at`, and neither are
    predictions and judgements that failed. `last_round_at` is as of when the newest round looked, and `ran_at` is when
    it did so, which is later where a person asked for a day in the past. `last_outcome`, `last_rule` and `last_reason`
    are those of the newest check, or ``failed`` with the steps that fail and why. `failing` names those steps, and
    `failing_since` is when the first of them began to fail. `predictions` are sentences about the newest round that
    predicted, such as why it predicted nothing. `received` is the state of the arrived files that were taken in, and
    `own_place` says that the contract names a place of its own where files arrive.
    """

    model: str
    contract_sha256: str = ""
    next_due: datetime | None = None
    retry_at: datetime | None = None
    last_round_at: datetime | None = None
    ran_at: datetime | None = None
    last_outcome: str = ""
    last_rule: str = ""
    last_reason: str = ""
    failing: tuple[str, ...] = ()
    failing_since: datetime | None = None
    predictions: tuple[str, ...] = ()
    received: str = ""
    own_place: bool = False
