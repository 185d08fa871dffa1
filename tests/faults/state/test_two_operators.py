"""Two people move the champion of one model at the same time, or one of them against a training."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from courtside.adapters.mlflow_connection import connect
from courtside.contracts import ledger_keys
from courtside.contracts.records import Reign
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.faults.fault import fault
from tests.faults.model import TRAINED, Model, contract, rows
from tests.faults.state.operators import Ended, all_at_once, standing_still

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


def a_move(model: Model, *, after: bool, reason: str = "", times: int | None = 1) -> Rule:
    """Return the rule that holds whoever writes to the ledger next, for a reason, that the champion is another one."""
    body = f'"{model.name}/{ledger_keys.partition(ledger_keys.CHAMPION)}".*{reason}'
    return HOLD(service="dynamodb", request="TransactWriteItems", body=body, after=after, times=times)


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
    "A person rolls the champion back while another one promotes, {place} the ledger has it.",
    promise="The champion is the one of whoever came last, who is told so, and the history has both or only that one.",
)
@pytest.mark.parametrize(("place", "after"), [("before", False), ("after", True)])
def test_a_rollback_against_a_promotion(model: Model, place: str, *, after: bool) -> None:  # noqa: ARG001
    before = len(reigns(model))
    # Before, a retry of the write is held, too; after, it is the other move that ends the reign of this reason.
    move = a_move(model, after=after, reason="rolled back from version", times=1 if after else None)
    with standing_still(model, "rollback", move, *ROLLBACK) as first:
        moved = model.command(*promote("1"))
    ended = Ended.of(first)
    assert champion(model)[0] == "1"
    if after:  # both were made, one after the other
        assert (ended.code, moved["before"], len(reigns(model)) - before) == (0, "2", 2)
    else:
        assert (ended.code, moved["before"], len(reigns(model)) - before) == (1, "3", 1)
        assert "ChampionChanged" in ended.error


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


@fault(
    "Four people promote four times at once, two of each version.",
    promise="Each is told what is champion or that it changed meanwhile, and the history has no two champions at once.",
)
def test_four_promotions_at_once(model: Model) -> None:
    ended = all_at_once(model, *(promote(version) for version in ("1", "2", "1", "2")))
    assert {each.code for each in ended} <= {0, 1}
    assert [each for each in ended if each.code == 0]
    assert all("ChampionChanged" in each.error for each in ended if each.code == 1), ended
    assert champion(model)[0] == reigns(model)[-1].version


@fault(
    "A person promotes a version at the moment at which a training promotes another one.",
    promise="The person's version is champion, the training fails by name, and people are told why.",
    doctor="^last training",
)
def test_a_person_against_a_training(model: Model) -> None:
    with model.faults.fault("training", a_move(model, after=False)):
        arn = model.loop.retrain(model.request("against", as_of=TRAINED + timedelta(1)))
        assert "StepsPromote" in model.faults.wait_held("training")["caller"]
        assert model.command(*promote("1"))["before"] == "3"
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once("against failed in Promote")
    assert "ChampionChanged" in said
    assert (champion(model), reigns(model)[-1].version) == (("1", "3"), "1")


@fault(
    "Two people train on tables of their own in the same second, with the stage's tracking server.",
    promise="Each has a version and a run of its own, and neither removes the other's.",
)
def test_two_people_train_in_the_same_second(model: Model, tmp_path: Path) -> None:
    name = f"{model.name}-desk"
    (tmp_path / "desk.yaml").write_text(contract(name))
    begun = []
    for person in ("first", "second"):
        pq.write_table(rows(first=10_000 * len(person), days=30), tmp_path / f"{person}.parquet")
        words = ["train", "--table", f"{person}.parquet", "--contract", "desk.yaml", "--out", person, "--json"]
        command = [sys.executable, "-m", "courtside.cli", *words, "--tracking-uri", model.stage.aws.tracking_url]
        begun.append(subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    said = [process.communicate() for process in begun]
    assert [process.returncode for process in begun] == [0, 0], said
    made = [json.loads(out) for out, _ in said]
    tracking = connect(model.stage.aws.tracking_url)
    own = {str(each["challenger_version"]): each["challenger_run_id"] for each in made}
    assert len({each["training_id"] for each in made}) == len(own) == 2
    assert {str(each.version): each.run_id for each in tracking.search_model_versions(f"name = '{name}'")} == own
    assert {tracking.get_run(run).info.lifecycle_stage for run in own.values()} == {"active"}
