"""`courtside models` adds, lists, pauses and removes the models of a stage, and says what it refuses."""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployment import OutputMissing, StageOutputs
from courtside.cli.main import app
from courtside.cli.models import NotConfirmed
from courtside.contracts import ledger_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.own_candidates import CandidateAbsent, published
from courtside.datasets.catalog import DatasetInvalid
from courtside.workflows.contract_fit import ContractUnfit
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.stage_model_errors import ContractChanged, ModelRemoved, ModelUnknown, VersionNotRaised
from courtside.workflows.stage_models import StageModels
from tests.fakes.own_package import own_package
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryRegistry
from tests.fakes.sns import FakeSns

CHURN = "name: churn\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"


class FakeSts:
    @staticmethod
    def get_caller_identity() -> dict[str, str]:
        return {"Arn": "arn:aws:iam::000000000000:user/ann"}


@pytest.fixture
def outputs() -> StageOutputs:
    found = StageOutputs("dev")
    found[StackOutput.ALERT_TOPIC], found[StackOutput.TRACKING_URI] = "topic", "https://tracking"
    return found


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, outputs: StageOutputs) -> StageModels:
    """A stage without models, for commands that run in an empty folder."""
    stage = StageModels(InMemoryLedger(), InMemoryLake())
    clients = {"sns": FakeSns(), "sts": FakeSts()}
    monkeypatch.setattr("boto3.client", lambda service: clients[service])
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.cli.models.stage_models", lambda _: stage)
    monkeypatch.setattr("courtside.adapters.mlflow_registry.MlflowRegistry", lambda *_, **__: InMemoryRegistry())
    monkeypatch.chdir(tmp_path)
    Path("churn.yaml").write_text(CHURN)
    return stage


OWN = CHURN + "candidates:\n  - lightgbm\n  - churn_models.boosting:CANDIDATE\n"


@pytest.mark.parametrize("packages", [[], ["other-models==1.0"]])
def test_a_candidate_whose_package_is_not_in_the_training_image_is_refused(
    models: StageModels, outputs: StageOutputs, packages: list[str]
) -> None:
    Path("own.yaml").write_text(OWN)
    outputs[StackOutput.TRAINING_PACKAGES] = published(packages)
    refused = run("add", "own.yaml")
    assert isinstance(refused.exception, CandidateAbsent)
    assert (refused.exception.candidate, refused.exception.line) == ("churn_models.boosting:CANDIDATE", 7)
    assert models.list().names == []
    outputs[StackOutput.TRAINING_PACKAGES] = published([*packages, "churn-models==1.2.0"])
    assert printed("add", "own.yaml")["outcome"] == "added"
    assert models.dataset("churn").candidates == ("lightgbm", "churn_models.boosting:CANDIDATE")


@pytest.mark.usefixtures("models")
def test_a_stage_of_an_earlier_release_is_asked_for_packages_only_if_there_are_own_candidates() -> None:
    Path("own.yaml").write_text(OWN)
    assert isinstance(run("add", "own.yaml").exception, OutputMissing)
    assert printed("add", "churn.yaml")["outcome"] == "added"


def test_adding_and_showing_a_model_imports_nothing_of_its_candidates(
    models: StageModels, outputs: StageOutputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_package(tmp_path / "site", monkeypatch, "raise SystemExit('imported')", name="own_added")
    Path("own.yaml").write_text(f"{CHURN}candidates: ['{package}.boosting:CANDIDATE']\n")
    outputs[StackOutput.TRAINING_PACKAGES] = published([f"{package}==1.0"])
    printed("add", "own.yaml")
    printed("show", "churn")
    assert models.dataset("churn").candidates == (f"{package}.boosting:CANDIDATE",)
    assert not [name for name in sys.modules if name.startswith(package)]


def run(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["models", *words], input=answer)


def printed(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.usefixtures("models")
def test_a_model_is_added_listed_and_shown() -> None:
    added = printed("add", "churn.yaml")
    assert (added["model"], added["outcome"], added["version"], added["compared_with"]) == ("churn", "added", 1, None)
    assert printed("add", "churn.yaml")["outcome"] == "unchanged"
    assert printed("add", "nba_games")["outcome"] == "added"
    assert [each["name"] for each in printed("list")] == ["churn", "nba_games"]
    shown = printed("show", "churn")
    assert (shown["contract"], shown["added_by"]) == (CHURN, "arn:aws:iam::000000000000:user/ann")
    assert shown["lake"].endswith("/models/churn/")
    assert shown["under_way"] == {"training": None, "remembered": None, "approval": None}
    assert "nba-game-predictions" in run("show", "nba_games").stdout


@pytest.mark.usefixtures("models")
def test_the_addresses_of_a_contract_are_asked_to_confirm() -> None:
    Path("churn.yaml").write_text(f"{CHURN}alerts: [ann@example.com]\nowner: Ann\n")
    assert printed("add", "churn.yaml")["asked"] == ["ann@example.com"]
    assert printed("add", "churn.yaml")["unconfirmed"] == ["ann@example.com"]
    assert "ann@example.com has not confirmed yet" in run("add", "churn.yaml").output
    assert "Ann" in run("list").stdout


@pytest.mark.usefixtures("models")
def test_an_empty_stage_says_how_to_add_a_model() -> None:
    assert printed("list") == []
    assert "courtside models add CONTRACT.yaml" in run("list").output


@pytest.mark.usefixtures("models")
def test_a_model_is_paused_and_resumed() -> None:
    printed("add", "churn.yaml")
    assert printed("pause", "churn")["paused"] is True
    assert "paused" in run("list").stdout
    assert "courtside models resume churn" in run("add", "churn.yaml").output
    assert printed("resume", "churn")["paused"] is False


@pytest.mark.usefixtures("models")
def test_removing_asks_and_needs_a_yes_where_nobody_can_be_asked() -> None:
    printed("add", "churn.yaml")
    assert isinstance(run("remove", "churn").exception, NotConfirmed)
    assert [each["name"] for each in printed("list")] == ["churn"]
    assert printed("remove", "churn", "--yes")["removed_at"]
    assert printed("list") == []
    assert printed("add", "churn.yaml")["outcome"] == "added again"


def test_a_removed_model_is_told_with_the_day_and_the_way_back(models: StageModels) -> None:
    printed("add", "churn.yaml")
    key = models.show("churn").contract_key
    removed = printed("remove", "churn", "--yes")["removed_at"]
    error = run("show", "churn").exception
    assert isinstance(error, ModelRemoved)
    said = str(error)
    assert f"it was removed at {removed[:10]} {removed[11:16]} UTC" in said
    assert "To bring it back, add its contract again with `courtside models add CONTRACT.yaml`" in said
    assert said.endswith(f"the one that it had is kept at {models.lake.uri(key)}")
    printed("remove", "churn", "--yes", "--delete-data")
    assert str(run("show", "churn").exception).endswith("`courtside models add CONTRACT.yaml`")


def test_data_is_deleted_only_when_told_and_may_be_later(models: StageModels) -> None:
    printed("add", "churn.yaml")
    models.lake.write("tables/churn/a.parquet", b"")
    assert printed("remove", "churn", "--yes")["deleted"] == 0
    assert isinstance(run("remove", "churn", "--yes").exception, ModelRemoved)
    assert "tables/churn/a.parquet" in models.lake.keys("")
    assert printed("remove", "churn", "--yes", "--delete-data")["deleted"] == 2
    assert models.lake.keys("") == []
    assert printed("add", "churn.yaml")["outcome"] == "added again"
    assert models.dataset("churn").feature_names == ["age"]


@pytest.mark.parametrize(("answer", "left"), [("n\n", ["churn"]), ("", ["churn"]), ("y\n", [])])
@pytest.mark.usefixtures("models")
def test_only_a_yes_removes_a_model(monkeypatch: pytest.MonkeyPatch, answer: str, left: list[str]) -> None:
    printed("add", "churn.yaml")
    monkeypatch.setattr("courtside.cli.models.asks", lambda: True)
    assert run("remove", "churn", answer=answer).exit_code == (1 if left else 0)
    assert [each["name"] for each in printed("list")] == left


@pytest.mark.usefixtures("models")
def test_a_contract_is_compared_with_the_table_that_it_names() -> None:
    Path("churn.yaml").write_text(f"{CHURN}table: churn.parquet\n")
    assert printed("add", "churn.yaml")["compared_with"] is None
    pq.write_table(pa.table({"id": [1, 2], "left": [0, 1], "age": [30, 40]}), "churn.parquet")
    assert printed("add", "churn.yaml")["compared_with"] == "churn.parquet"
    pq.write_table(pa.table({"id": [1, 2], "left": [0, 1]}), "churn.parquet")
    refused = run("add", "churn.yaml").exception
    assert isinstance(refused, ContractUnfit)
    assert "MissingColumns" in str(refused)
    Path("churn.parquet").write_bytes(b"no parquet")
    assert isinstance(run("add", "churn.yaml").exception, ContractUnfit)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (CHURN.replace("numeric", "nummeric"), DatasetInvalid),
        (CHURN.replace("age", "years"), VersionNotRaised),
        (f"{CHURN}candidates: [my_package.MyModel]\n", DatasetInvalid),
    ],
)
def test_a_contract_that_cannot_be_used_changes_nothing(models: StageModels, text: str, error: type[Exception]) -> None:
    printed("add", "churn.yaml")
    Path("other.yaml").write_text(text)
    assert isinstance(run("add", "other.yaml").exception, error)
    assert models.dataset("churn").feature_names == ["age"]


def test_what_cannot_be_read_is_told_beside_the_rest(models: StageModels) -> None:
    printed("add", "churn.yaml")
    assert models.ledger.put(LedgerWrite(ledger_keys.stage_model("newer"), '{"name": "newer", "format": 9}', 0))
    listed = printed("list")
    assert listed[0]["name"] == "churn"
    assert listed[1]["name"] == "newer"
    assert "format 9" in listed[1]["problem"]
    said = run("list")
    assert said.exit_code == 0
    assert "newer cannot be read" in said.output
    assert isinstance(run("show", "fraud").exception, ModelUnknown)
    models.lake.write(models.show("churn").contract_key, b"by hand")
    assert isinstance(run("show", "churn").exception, ContractChanged)
