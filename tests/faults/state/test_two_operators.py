"""Two people move the champion of one model at the same time, or again because it broke off."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.records import Reign
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model
from tests.faults.state.operators import Ended, standing_still

ROLLBACK = ("versions", "rollback")


@pytest.fixture(scope="module", autouse=True)
def versions(model: Model) -> None:
    """Train two more versions, whatever the gate says of them."""
    for place in (1, 2):
        model.trained(f"more-{place}", as_of=TRAINED - timedelta(place))


@pytest.fixture(autouse=True)
def two_before_three(model: Model, versions: None) -> Iterator[None]:  # noqa: ARG001 — they were trained before
    """Begin with version 3 as champion, and version 2 before it."""
    for version in ("2", "3"):
        champion = model.champion()
        assert champion is not None
        if champion.version != version:
            model.command(*promote(version))
    return


def promote(version: str) -> tuple[str, ...]:
    return ("versions", "promote", version, "--reason", "a test")


def champion(model: Model) -> tuple[str | None, str | None]:
    """Return which version is champion, and which one was before."""
    found = model.champion()
    assert found is not None
    return found.version, found.previous


def reigns(model: Model) -> list[Reign]:
    """Return the champions so far, of which only the last one still is."""
    found = model.production.history()
    assert [each.until is None for each in found] == [False] * (len(found) - 1) + [True]
    return found


def a_move(model: Model, *, after: bool) -> Rule:
    """Return the rule that holds whoever writes to the ledger next that the champion is another one."""
    body = f'"{model.name}/{ledger_keys.partition(ledger_keys.CHAMPION)}"'
    return HOLD(service="dynamodb", request="TransactWriteItems", body=body, after=after, times=1)


@fault(
    "Two people roll the champion back at the same time.",
    promise="It goes back by one version, not by two, and both are told so.",
)
def test_two_rollbacks_at_once(model: Model) -> None:
    before = len(reigns(model))
    with standing_still(model, "first", a_move(model, after=False), *ROLLBACK) as first:
        assert model.command(*ROLLBACK)["after"] == "2"
    ended = Ended.of(first)
    assert (ended.code, ended.said) == (0, {"model": model.name, "before": "3", "after": "2"})
    assert (champion(model), len(reigns(model)) - before) == (("2", "3"), 1)


@fault(
    "A person rolls back twice, because the first answer never came.",
    promise="The second one finishes the first, and goes back no further.",
)
def test_a_rollback_is_repeated_because_it_broke_off(model: Model) -> None:
    before = len(reigns(model))
    with standing_still(model, "rollback", a_move(model, after=True), *ROLLBACK) as first:
        first.kill()
        first.communicate()
        assert model.command(*ROLLBACK)["after"] == "2"
    assert (champion(model), len(reigns(model)) - before) == (("2", "3"), 1)
