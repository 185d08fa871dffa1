"""Following waits for a training that has just been started and names a training that does not exist."""

from datetime import UTC, datetime
from typing import cast

import pytest

from courtside.cli.follow_run import ASKED_AGAIN, POLL_SECONDS, follow
from courtside.core.runs import Run, RunKind, RunState
from courtside.workflows.runs import Runs, RunUnknown

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DONE = Run("t1", RunKind.TRAINING, RunState.DONE, "a person", NOW, NOW, "promoted")


class LateRuns:
    """Runs that do not know a training the first few times they are asked."""

    def __init__(self, unknown: int) -> None:
        self.unknown = unknown

    def of(self, training_id: str) -> Run:
        if self.unknown:
            self.unknown -= 1
            raise RunUnknown(training_id, "churn")
        return DONE


@pytest.mark.parametrize("unknown", [0, 1, ASKED_AGAIN])
def test_a_training_that_aws_does_not_know_yet_is_waited_for(unknown: int) -> None:
    waits: list[float] = []
    assert follow("t1", cast("Runs", LateRuns(unknown)), wait=waits.append) == DONE
    assert waits == [POLL_SECONDS] * unknown


def test_a_training_that_stays_unknown_is_named() -> None:
    with pytest.raises(RunUnknown):
        follow("t1", cast("Runs", LateRuns(ASKED_AGAIN + 1)), wait=lambda _: None)
