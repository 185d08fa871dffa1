"""A stage's models are added, changed, paused and removed; what cannot be trusted or read is refused by name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.key_names import NameUnusable
from courtside.contracts.versioned import TooNew
from courtside.datasets.catalog import DatasetInvalid, contract_content
from courtside.workflows.ledger_documents import LedgerDocumentDamaged
from courtside.workflows.ports import LedgerEntry, LedgerWrite
from courtside.workflows.stage_model_errors import (
    ContractChanged,
    ModelNotNamed,
    ModelRemoved,
    ModelUnknown,
    NoModel,
    PlaceOfAnother,
    TaskDiffers,
    VersionNotRaised,
)
from courtside.workflows.stage_models import Added, StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger

NOW = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)
CHURN = "name: churn\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"


@pytest.fixture
def models() -> StageModels:
    return StageModels(InMemoryLedger(), InMemoryLake())


def added(models: StageModels, text: str | bytes) -> Added:
    content = text if isinstance(text, bytes) else text.encode()
    return models.add(content, source="churn.yaml", by="ann", now=NOW)[1]


def lake_of(models: StageModels) -> InMemoryLake:
    assert isinstance(models.lake, InMemoryLake)
    return models.lake


def ledger_of(models: StageModels) -> InMemoryLedger:
    assert isinstance(models.ledger, InMemoryLedger)
    return models.ledger


def test_an_added_model_is_listed_with_its_contract_in_the_lake(models: StageModels) -> None:
    assert added(models, CHURN) is Added.NEW
    assert added(models, contract_content("nba_games")) is Added.NEW
    assert models.list().names == ["churn", "nba_games"]
    churn = models.show("churn")
    assert churn.contract_key == f"models/churn/contract/v1-{churn.sha256[:12]}.yaml"
    assert lake_of(models).objects[churn.contract_key] == CHURN.encode()
    assert models.dataset("churn").feature_names == ["age"]
    assert models.dataset("nba_games").place.registered_model == "nba-game-predictions"


@pytest.mark.parametrize("again", [CHURN, f"# who leaves\n{CHURN}"], ids=["same bytes", "another comment"])
def test_a_contract_that_says_the_same_changes_nothing(models: StageModels, again: str) -> None:
    added(models, CHURN)
    objects, documents = dict(lake_of(models).objects), dict(ledger_of(models).documents)
    assert added(models, again) is Added.UNCHANGED
    assert (lake_of(models).objects, ledger_of(models).documents) == (objects, documents)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_model_keeps_its_task_while_anything_of_it_is_kept(models: StageModels, task: str) -> None:
    added(models, CHURN)
    other, lake = f"{CHURN}version: 2\ntask: {task}\n", lake_of(models)
    for key in (lake_keys.predictions("churn"), lake_keys.labels("churn"), lake_keys.seals("churn")):
        lake.write(f"{key}one", b"")
        with pytest.raises(TaskDiffers, match=rf"the task of churn in this stage is binary, .* says {task}") as refused:
            added(models, other)
        assert refused.value.before == "binary"
        lake.remove([f"{key}one"])
    assert models.show("churn").task == models.dataset("churn").task == "binary"
    assert added(models, other) is Added.CHANGED
    assert models.show("churn").task == task


def test_a_removed_model_comes_back_with_another_task_only_without_its_data(models: StageModels) -> None:
    added(models, CHURN)
    lake_of(models).write(f"{lake_keys.predictions('churn')}one", b"")
    models.remove("churn", now=NOW)
    other = f"{CHURN}version: 2\ntask: regression\n"
    with pytest.raises(TaskDiffers, match="courtside models remove churn --delete-data"):
        added(models, other)
    lake_of(models).remove(lake_of(models).keys(lake_keys.predictions("churn")))
    assert added(models, other) is Added.AGAIN


def test_a_changed_contract_needs_a_higher_version_and_the_one_before_is_kept(models: StageModels) -> None:
    added(models, CHURN)
    before = models.show("churn")
    changed = CHURN.replace("age: numeric", "age: numeric, plan: categorical")
    with pytest.raises(VersionNotRaised, match="write `version: 2`"):
        added(models, changed)
    assert lake_of(models).keys(lake_keys.contracts("churn")) == [before.contract_key]
    assert models.dataset("churn").feature_names == ["age"]
    assert added(models, f"{changed}version: 2\n") is Added.CHANGED
    assert models.dataset("churn").feature_names == ["age", "plan"]
    assert before.contract_key in lake_of(models).objects
    with pytest.raises(VersionNotRaised, match="write `version: 3`"):
        added(models, CHURN)


def test_who_is_told_may_change_within_a_version(models: StageModels) -> None:
    added(models, CHURN)
    assert added(models, f"{CHURN}alerts: [ann@example.com]\nowner: Ann\n") is Added.CHANGED
    churn = models.show("churn")
    assert (churn.version, churn.owner, churn.alerts, churn.task) == (1, "Ann", ("ann@example.com",), "binary")
    assert models.dataset("churn").alerts == ("ann@example.com",)
    assert added(models, CHURN) is Added.CHANGED
    assert models.show("churn").alerts == ()


@pytest.mark.parametrize("kind", ["registered_model", "experiment"])
@pytest.mark.parametrize("removed", [False, True])
def test_a_place_in_mlflow_belongs_to_the_first_model_that_names_it(
    models: StageModels, *, kind: str, removed: bool
) -> None:
    added(models, CHURN)
    if removed:
        models.remove("churn", now=NOW)
    other = CHURN.replace("name: churn", f"name: leavers\n{kind}: churn")
    with pytest.raises(PlaceOfAnother, match=f"the {kind} of leavers is churn, which belongs to the model churn"):
        added(models, other)
    assert "leavers" not in models.list().names
    assert not lake_of(models).keys(lake_keys.contracts("leavers"))


def test_the_files_of_the_system_before_belong_to_the_first_model_that_writes_them(models: StageModels) -> None:
    first, second = (CHURN.replace("name: churn", f"name: {name}\nlegacy_set: true") for name in ("churn", "leavers"))
    added(models, first)
    assert added(models, first) is Added.UNCHANGED
    with pytest.raises(PlaceOfAnother, match=r"the model churn of this stage.*leave the key `legacy_set` out"):
        added(models, second)
    assert models.list().names == ["churn"]


def test_of_two_models_added_at_once_with_one_place_only_one_is_taken(models: StageModels) -> None:
    def add(name: str) -> Added | None:
        try:
            return added(models, CHURN.replace("name: churn", f"name: {name}\nregistered_model: who"))
        except PlaceOfAnother:
            return None

    names = [f"churn{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(add, names))
    assert done.count(Added.NEW) == 1
    assert len(models.list().models) == 1


def test_an_unknown_model_is_refused_with_the_known_ones(models: StageModels) -> None:
    with pytest.raises(ModelUnknown, match="it has no model yet"):
        models.dataset("churn")
    added(models, CHURN)
    with pytest.raises(ModelUnknown, match="its models are churn"):
        models.pause("chrun")
    with pytest.raises(NameUnusable):
        models.show("../churn")


def test_a_function_that_may_list_nothing_still_says_what_is_wrong(models: StageModels) -> None:
    class Unlisted(InMemoryLedger):
        def entries(self, *prefixes: str) -> list[LedgerEntry]:
            raise PermissionError(prefixes)

    added(models, CHURN)
    models.remove("churn", now=NOW)
    function = StageModels(Unlisted(ledger_of(models).documents), models.lake, may_list=False)
    with pytest.raises(ModelUnknown, match="`courtside models list` shows which it has"):
        function.dataset("fraud")
    with pytest.raises(ModelRemoved, match="it was removed at"):
        function.dataset("churn")


def test_a_model_is_paused_and_resumed_and_keeps_it_when_its_contract_changes(models: StageModels) -> None:
    added(models, CHURN)
    assert models.pause("churn").paused
    assert models.pause("churn").paused
    added(models, CHURN.replace("age: numeric", "age: categorical") + "version: 2\n")
    assert models.show("churn").paused
    assert not models.resume("churn").paused


def test_a_removed_model_is_no_model_until_it_is_added_again_and_its_contract_stays(models: StageModels) -> None:
    added(models, CHURN)
    models.pause("churn")
    key = models.remove("churn", now=NOW).contract_key
    assert models.list().names == []
    with pytest.raises(ModelRemoved, match="it was removed at 2026-11-29 07:00 UTC"):
        models.dataset("churn")
    assert models.remove("churn", now=datetime(2027, 1, 1, tzinfo=UTC)).removed_at == NOW
    assert key in lake_of(models).objects
    assert added(models, CHURN) is Added.AGAIN
    assert not models.show("churn").paused
    assert models.dataset("churn").name == "churn"


@pytest.mark.parametrize("by_hand", [None, b"", b"name: [", CHURN.replace("age", "aged").encode()])
def test_a_contract_changed_by_hand_is_told_and_adding_the_file_again_mends_it(
    models: StageModels, by_hand: bytes | None
) -> None:
    added(models, CHURN)
    key = models.show("churn").contract_key
    if by_hand is None:
        del lake_of(models).objects[key]
    else:
        lake_of(models).objects[key] = by_hand
    with pytest.raises(ContractChanged, match=r"models/churn/contract/v1-.*somebody changed it by hand"):
        models.dataset("churn")
    assert models.list().names == ["churn"]
    added(models, CHURN)
    assert models.dataset("churn").feature_names == ["age"]


def test_a_contract_changed_by_hand_may_be_replaced_by_the_next_version(models: StageModels) -> None:
    added(models, CHURN)
    lake_of(models).objects[models.show("churn").contract_key] = b"name: ["
    with pytest.raises(VersionNotRaised):
        added(models, CHURN.replace("age", "years"))
    assert added(models, CHURN.replace("age", "years") + "version: 2\n") is Added.CHANGED
    assert models.dataset("churn").feature_names == ["years"]


def test_a_model_need_not_be_named_where_only_one_can_be_meant(models: StageModels) -> None:
    with pytest.raises(NoModel, match="the stage has no model; it has none at all yet"):
        models.only()
    added(models, CHURN)
    assert models.only() == models.only(of_games=False) == "churn"
    with pytest.raises(NoModel, match="the stage has no model of games; its models are churn"):
        models.only(of_games=True)
    added(models, contract_content("nba_games"))
    assert (models.only(of_games=True), models.only(of_games=False)) == ("nba_games", "churn")
    with pytest.raises(ModelNotNamed, match="the models churn, nba_games; say which one is meant with --model"):
        models.only()
    models.remove("churn", now=NOW)
    assert models.only() == "nba_games"
    assert ledger_of(models).put(LedgerWrite(ledger_keys.stage_model("other"), "no JSON", 0))
    with pytest.raises(ModelNotNamed):
        models.only()


def test_a_contract_is_read_from_the_lake_once(models: StageModels) -> None:
    added(models, CHURN)
    first = models.dataset("churn")
    lake_of(models).objects.clear()
    assert models.dataset("churn") is first


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (CHURN.replace("numeric", "nummeric"), DatasetInvalid),
        (f"{CHURN}candidates: [perceptron]\n", DatasetInvalid),
        (f"{CHURN}format: 2\nunheard_of: 1\n", TooNew),
    ],
)
def test_a_contract_that_cannot_be_used_leaves_no_trace(models: StageModels, text: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"churn\.yaml"):
        added(models, text)
    assert not lake_of(models).objects
    assert not ledger_of(models).documents


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ('{"name": "other", "format": 2, "unheard_of": 1}', TooNew),
        ("{}", LedgerDocumentDamaged),
        ("no JSON", LedgerDocumentDamaged),
    ],
)
def test_an_entry_that_cannot_be_read_is_told_by_name_and_hides_no_other(
    models: StageModels, document: str, error: type[Exception]
) -> None:
    added(models, CHURN)
    assert ledger_of(models).put(LedgerWrite(ledger_keys.stage_model("other"), document, 0))
    found = models.list()
    assert [each.name for each in found.models] == ["churn"]
    assert isinstance(found.unreadable["other"], error)
    with pytest.raises(error, match="other"):
        models.dataset("other")


def test_a_change_is_not_lost_when_others_write_at_the_same_time(models: StageModels) -> None:
    names = [f"churn{number}" for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: added(models, CHURN.replace("name: churn", f"name: {name}")), names))
        list(pool.map(models.pause, names))
    assert all(each.paused for each in models.list().models)
    assert models.list().names == sorted(names)
