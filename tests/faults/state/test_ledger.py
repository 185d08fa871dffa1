"""A document of the ledger is deleted or damaged by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import Reign
from tests.fakes.own_points import courtside, done
from tests.faults.fault import fault
from tests.faults.model import TO_COME, Model, contract
from tests.faults.state.mending import mended_as_doctor_says, of_model
from tests.faults.truths.commands import printed
from tests.integration.stage.scoring import Scored

GARBAGE = '{"somebody": "was here"'


@contextmanager
def changed(model: Model, key: str, document: str | None) -> Iterator[None]:
    """Give a document another text while the block runs, or take it away (None), as a person does in the console."""
    put_back = tampered(model, key, document)
    try:
        yield
    finally:
        put_back()


def tampered(model: Model, key: str, document: str | None) -> Any:
    """Change a document by hand and return what puts it back."""
    table = boto3.resource("dynamodb").Table(model.loop.output(StackOutput.LEDGER_TABLE))
    partition, _, sort = key.rpartition("/")
    place = {"partition": partition, "sort": sort}
    item: dict[str, Any] = table.get_item(Key=place)["Item"]
    if document is None:
        table.delete_item(Key=place)
    else:
        table.put_item(Item={**item, "document": document})
    return lambda: table.put_item(Item=item)


def own(model: Model, key: str) -> str:
    return f"{ledger_keys.of_model(model.name)}{key}"


def refused(model: Model, *words: str, naming: str) -> None:
    """Assert that a command ends with an error that names something."""
    result = courtside(*words, "--model", model.name)
    assert result.exit_code != 0, result.output
    assert naming in str(result.exception)


def open_reigns(model: Model) -> list[Reign]:
    return [each for each in model.production.history() if each.until is None]


@fault(
    "The ledger's document of the champion was damaged by hand.",
    promise="Nothing is predicted, promoted or rolled back by guessing; whoever tries is told which document it is.",
)
def test_the_champions_document_is_damaged(model: Model) -> None:
    key = ledger_keys.CHAMPION
    with changed(model, own(model, key), GARBAGE):
        answer, error = model.invoked(StackOutput.PREDICT, {"model": model.name, "as_of": TO_COME.isoformat()})
        assert (error, key in answer["errorMessage"]) == ("LedgerDocumentDamaged", True)
        refused(model, "versions", "rollback", naming=key)
        refused(model, "versions", "promote", "1", "--reason", "a test", naming=key)
        refused(model, "status", naming=key)
        assert key in of_model(model, "champion")["detail"]


@fault(
    "The ledger's document of the champion was deleted by hand.",
    promise="`doctor` says that the ledger names nobody, and promoting the version that all others name mends it.",
)
def test_the_champions_document_is_deleted(model: Model) -> None:
    tampered(model, own(model, ledger_keys.CHAMPION), None)
    assert "the ledger names nobody" in mended_as_doctor_says(model)
    assert [each.version for each in open_reigns(model)] == ["1"]
    assert Scored(model.stage, model.name).predicted(TO_COME)["version"] == "1"


@fault(
    "The champion's entry in the production history was {what} by hand.",
    promise="`status` and `doctor` say so; a deleted one is written anew by the command that `doctor` names.",
)
@pytest.mark.parametrize(("what", "document"), [("damaged", GARBAGE), ("deleted", None)], ids=["damaged", "deleted"])
def test_the_champions_entry_in_the_history_is_gone(model: Model, what: str, document: str | None) -> None:
    champion = model.champion()
    assert champion is not None
    key = str(champion.history_key)
    put_back = tampered(model, own(model, key), document)
    refused(model, "status", naming=key)
    if what == "deleted":
        assert key in mended_as_doctor_says(model)
    else:
        refused(model, "versions", "history", naming=key)
        assert key in of_model(model, "champion")["detail"]
        put_back()
    assert [each.version for each in open_reigns(model)] == ["1"]


@fault(
    "The model's entry in the ledger was {what} by hand.",
    promise="`models list` and `doctor` still tell of all others, nothing is predicted, and adding it again or putting "
    "it back mends it.",
)
@pytest.mark.parametrize(("what", "document"), [("damaged", GARBAGE), ("deleted", None)], ids=["damaged", "deleted"])
def test_the_models_entry_is_gone(model: Model, what: str, document: str | None, tmp_path: Any) -> None:
    key = ledger_keys.stage_model(model.name)
    put_back = tampered(model, key, document)
    answer, error = model.invoked(StackOutput.PREDICT, {"model": model.name, "as_of": TO_COME.isoformat()})
    assert (error, model.name in answer["errorMessage"]) == (
        "LedgerDocumentDamaged" if what == "damaged" else "ModelUnknown",
        True,
    )
    listed = {each["name"]: each for each in printed("models", "list")}
    if what == "damaged":
        assert key in listed[model.name]["problem"]
        put_back()
    else:
        assert model.name not in listed
        (tmp_path / "again.yaml").write_text(contract(model.name))
        assert done("models", "add", str(tmp_path / "again.yaml"))["outcome"] == "added"
    assert Scored(model.stage, model.name).predicted(TO_COME)["version"] == "1"
