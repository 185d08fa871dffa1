"""Ends of retrainings as the state machine announces them."""

from datetime import date

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.retraining_ends import AnnounceRequest, Ending

MODEL = "churn"
TRAINING = RetrainingRequest(
    model=MODEL, training_id="drift-c1", as_of=date(2026, 3, 1), trigger=Trigger.DRIFT, reason="a third moved"
)
ROLLBACK = TRAINING.model_copy(
    update={"training_id": "roll-back-v3", "roll_back_to": "2", "roll_back_from": "3", "trigger": Trigger.PERFORMANCE}
)


def end(ended: Ending, *, asked: RetrainingRequest = TRAINING, **more: str) -> AnnounceRequest:
    arn = f"arn:aws:states:eu-west-1:1:execution:Retraining:{asked.model}.{asked.training_id}"
    return AnnounceRequest(request=asked, ended=ended, execution=arn, **more)


def failed(
    step: str, *, error: str = "NoGames", cause: str = "the lake holds no games", asked: RetrainingRequest = TRAINING
) -> AnnounceRequest:
    return end(Ending.FAILED, asked=asked, failed_step=step, error=error, cause=cause)


def broken(status: str, *, asked: RetrainingRequest = TRAINING) -> AnnounceRequest:
    return end(Ending.BROKEN, asked=asked, status=status)
