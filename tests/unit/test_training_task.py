"""The training container asks for the training that its arguments name."""

from collections.abc import Callable

import pytest

from courtside.bootstrap import tasks
from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.workflows.ports import ModelUnusable
from courtside.workflows.sealed_models import SealBroken
from courtside.workflows.smoke import SmokeFailed
from training_image.__main__ import main

ARGUMENTS = [
    *("train", "--model", "churn", "--training-id", "drift-1", "--as-of", "2024-01-01"),
    *("--trigger", "drift", "--reason", "moved", "--report", "s3://lake/r.json"),
]


def asked(monkeypatch: pytest.MonkeyPatch, *more: str) -> RetrainingRequest:
    """Return what a container with these arguments besides would train."""
    requests = list[RetrainingRequest]()

    def train(request: RetrainingRequest, progress: Callable[[str], None]) -> None:
        progress("features")
        requests.append(request)
        raise BadInput("that is enough")

    monkeypatch.setattr(tasks, "train", train)
    assert main([*ARGUMENTS, *more]) == 2
    (request,) = requests
    return request


def test_every_argument_becomes_part_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    request = asked(monkeypatch, "--recalibrate", "false", "--history", "5y")
    assert (request.model, request.training_id, request.as_of.isoformat()) == ("churn", "drift-1", "2024-01-01")
    assert (request.trigger, request.reason, request.report) == (Trigger.DRIFT, "moved", "s3://lake/r.json")
    assert (request.recalibrate, request.history) == (False, "5y")
    assert asked(monkeypatch, "--recalibrate", "true").recalibrate


def test_a_machine_of_an_older_release_asks_for_all_of_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch).history == "all"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SmokeFailed("2", "its predictions differ"), 5),
        (ModelUnusable("2", "half of a file"), 6),
        (SealBroken("churn", "abc", "model/MLmodel", "is gone"), 6),
    ],
)
def test_how_a_version_failed_its_smoke_check_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def smoke_check(*_: str) -> int:
        raise error

    monkeypatch.setattr(tasks, "smoke_check", smoke_check)
    assert main(["smoke", "--model", "churn", "--training-id", "drift-1", "--sha256", "abc"]) == code
