"""One of a model's files of rows is gone among good ones, or a file is damaged before a training learns from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.records import DataManifest
from embedded_aws.faults.client import HOLD
from tests.faults.fault import fault
from tests.faults.model import TO_COME, TRAINED, Model, load, rows
from tests.faults.state.damage import Damage, damaged, do_damage, restore
from tests.faults.state.mending import of_model
from tests.integration.stage.scoring import Scored
from tests.integration.stage.steps import function_name

MORE = date(2025, 10, 1)
"""The first day of the rows of a third file, which both training and check need."""
CHECKED = {damage: date(2025, 11, 3) + timedelta(number) for number, damage in enumerate(Damage)}


def loaded(model: Model) -> set[str]:
    """Return the keys of the objects that the model's rows are in."""
    return {key for key in model.stage.lake.keys(lake_keys.tables(model.name)) if key.endswith(".parquet")}


@pytest.fixture(scope="module")
def third(model: Model) -> str:
    """Load a third file of rows, and return the key of the object that they are in."""
    before = loaded(model)
    load(model.name, rows(first=200_000, start=MORE, days=20, a_day=5))
    (key,) = loaded(model) - before
    return key


@fault(
    "One of a model's files of rows was {damage} among good ones.",
    promise="Predictions and checks go on with the good ones, the checks name it, no training learns without it "
    "and people are told its name, and nothing has to be done but to bring it back.",
    doctor="^last training",
)
@pytest.mark.parametrize("damage", Damage)
def test_a_file_of_rows_is_damaged(model: Model, third: str, damage: Damage) -> None:
    name = third.rpartition("/")[2]
    with damaged(model, third, damage):
        assert Scored(model.stage, model.name).predicted(TO_COME)["version"]
        checked = model.loop.check_drift(model.day(CHECKED[damage]))
        assert checked.rows
        assert [each.rpartition("/")[2] for each in checked.files_quarantined] == [name]
        training = f"without-{damage.name.lower()}"
        assert model.trained(training, as_of=CHECKED[damage]) == "FAILED"
        # The first failure is told whole, and the others in one line.
        assert name in model.told_once(f"{training} failed in Freeze")
        assert name in model.command("runs", "show", training)["outcome"]
        if damage is Damage.DELETED:  # doctor looks at which files are there, and reads none
            assert third in of_model(model, "loaded data")["detail"]
    assert not model.loop.check_drift(model.day(CHECKED[damage], 29)).files_quarantined


@contextmanager
def frozen(model: Model, name: str, *, days: int) -> Iterator[tuple[str, DataManifest]]:
    """Start a training and let it stand still before it reads what was frozen; yield its execution and the manifest."""
    key = training_keys.training_manifest(model.name, name)
    reads = HOLD(service="s3", request=f"^GET .*{key}", caller="^(?!.*Freeze)", times=1)
    with model.faults.fault("reads", reads):
        arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(days)))
        model.faults.wait_held("reads")
        yield arn, DataManifest.model_validate_json(model.stage.lake.read(key))


@fault(
    "A file of rows was replaced after a training fixed its data, and before it read them.",
    promise="The training learns from the bytes that were fixed, because the bucket keeps that version.",
)
def test_a_frozen_file_is_replaced(model: Model) -> None:
    with frozen(model, "replaced", days=10) as (arn, manifest):
        key = manifest.objects[0].key
        do_damage(model, key, Damage.OTHER)
    try:
        assert model.stage.end(arn) == "SUCCEEDED"
    finally:
        restore(model, key)
    assert model.loop.training("replaced").challenger_version is not None


@fault(
    "The version of a file that a training fixed was deleted for good before it read it.",
    promise="The training fails and its log names the file, people are told, and the champion stays.",
    doctor="^last training",
)
def test_a_frozen_version_is_deleted_for_good(model: Model) -> None:
    lake, before, known = model.stage.lake, model.champion(), loaded(model)
    load(model.name, rows(first=300_000, start=MORE, days=5, a_day=2))  # no training before needs this file
    (key,) = loaded(model) - known
    with frozen(model, "vanished", days=11) as (arn, manifest):
        (version_id,) = [each.version_id for each in manifest.objects if each.key == key]
        lake.write(key, lake.read(key))  # the same bytes, as another version
        lake.remove_versions([each for each in lake.versions(key) if each.version_id == version_id])
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once("vanished failed in Train")
    assert key.rpartition("/")[2] in "".join(model.stage.aws.log_tail("train", 60)) + said
    assert model.champion() == before


@fault(
    "The list of the data that a training fixed was {damage} before the training read it.",
    promise="The training fails, people are told, and the champion stays.",
    doctor="^last training",
)
@pytest.mark.parametrize("damage", [Damage.DELETED, Damage.CUT])
def test_a_manifest_is_damaged(model: Model, damage: Damage) -> None:
    before, name = model.champion(), f"manifest-{damage.name.lower()}"
    with frozen(model, name, days=12) as (arn, _):
        do_damage(model, training_keys.training_manifest(model.name, name), damage)
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once(f"{name} failed in Train")
    assert "exit code" in said
    assert model.champion() == before


LEFT = {
    "record": (training_keys.training_record, "Gate", "was judged"),
    "file of predictions for the newest rows": (training_keys.training_holdout, "Gate", "was judged"),
}


@fault(
    "The {what} that a training left was {damage} before it {before}.",
    promise="Nothing is promoted, people are told which file it is, and the champion stays.",
    doctor="^last training",
)
@pytest.mark.parametrize(
    ("what", "before", "damage"),
    [
        ("record", "was judged", Damage.CUT),
        ("file of predictions for the newest rows", "was judged", Damage.DELETED),
    ],
)
def test_what_a_training_left_is_damaged(model: Model, what: str, before: str, damage: Damage) -> None:
    champion, step = model.champion(), {"was judged": "Gate"}[before]
    name = f"{what.split(maxsplit=1)[0]}-{damage.name.lower()}"
    key = LEFT[what][0](model.name, name)
    with model.faults.fault("step", HOLD(caller=f"^{function_name(model.stage, step)}$", times=1)):
        arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(20 + len(model.loop.executions()))))
        model.faults.wait_held("step")
        do_damage(model, key, damage)
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once(f"{name} failed in {step}")
    assert key in said
    assert model.champion() == champion
    restore(model, key)
