"""A file of the champion's seal is deleted, cut or replaced."""

from datetime import date, timedelta

import pytest

from courtside.adapters.mlflow_connection import connect
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.names import StackOutput
from courtside.workflows.sealed_models import MODEL, sealed_model
from embedded_aws.faults.client import HOLD
from tests.fakes.own_points import courtside
from tests.faults.fault import fault
from tests.faults.model import TO_COME, TRAINED, Model
from tests.faults.state.damage import Damage, damaged
from tests.faults.truths.commands import printed
from tests.faults.truths.rows import predictions
from tests.integration.stage.scoring import Scored
from tests.integration.stage.steps import function_name

SKOPS = ".skops"
FILES = {
    "manifest": training_keys.MANIFEST_NAME,
    "model": MODEL,
    "file of known rows": training_keys.SMOKE_NAME,
    "reference of drift": training_keys.PROFILE_NAME,
    "record": training_keys.RECORD_NAME,
}


def sealed_key(model: Model, what: str) -> str:
    """Return the key of one of the files under the champion's seal."""
    champion = model.champion()
    assert champion is not None
    digest = champion.sha256 or ""
    paths = [training_keys.MANIFEST_NAME, *sealed_model(model.name, digest, lake=model.stage.lake).contents.files]
    (path,) = [each for each in paths if each == FILES[what] or (what == "model" and each.endswith(SKOPS))]
    return f"{lake_keys.sealed(model.name, digest)}{path}"


@fault(
    "The champion's sealed {what} was {damage}.",
    promise="It is used by nothing, `doctor` and whoever promotes it are told which file it is, and the object's "
    "earlier version is all that has to be brought back.",
)
@pytest.mark.parametrize("damage", Damage)
@pytest.mark.parametrize("what", ["manifest", "model", "file of known rows", "record"])
def test_a_file_of_the_champions_seal_is_damaged(model: Model, what: str, damage: Damage) -> None:
    champion, key = model.champion(), sealed_key(model, what)
    assert champion is not None
    with damaged(model, key, damage):
        (found,) = [each for each in printed("doctor", codes=(1,)) if key in each["detail"]]
        assert (found["level"], found["check"].partition(" of ")[0]) == ("fail", "champion loads")
        refused = courtside("versions", "promote", str(champion.version), "--reason", "a test", "--model", model.name)
        assert refused.exit_code != 0
        assert key in str(refused.exception)
        assert model.champion() == champion


@fault(
    "The champion's sealed model was {damage} while a function keeps it warm, and another one starts.",
    promise="The warm one predicts by the bytes that were sealed, and a new one refuses and keeps no prediction.",
)
@pytest.mark.parametrize("damage", [Damage.CUT])
def test_a_warm_function_and_a_new_one_meet_a_damaged_model(model: Model, damage: Damage) -> None:
    scored = Scored(model.stage, model.name)
    before = scored.predicted(TO_COME)
    with damaged(model, sealed_key(model, "model"), damage):
        assert scored.predicted(TO_COME)["unchanged"] == before["predicted"] + before["unchanged"]
        scored.kill(after=0)
        kept = predictions(model)
        answer, error = scored.invoked(StackOutput.PREDICT, TO_COME)
        assert (error, SKOPS in answer["errorMessage"]) == ("SealBroken", True)
        assert predictions(model) == kept


@fault(
    "The champion's sealed {what} was {damage} before a drift check.",
    promise="The check fails and names the file, nothing is decided, and it is made up for once the file is back.",
)
@pytest.mark.parametrize(
    ("what", "damage"), [*(("reference of drift", damage) for damage in Damage), ("manifest", Damage.CUT)]
)
def test_a_drift_check_meets_a_damaged_seal(model: Model, what: str, damage: Damage) -> None:
    day = date(2025, 11, 20) + timedelta(len(model.stage.lake.keys(lake_keys.decisions(model.name))))
    decided = model.stage.lake.keys(lake_keys.decisions(model.name))
    event = {"model": model.name, "window": model.day(day).model_dump(mode="json")}
    with damaged(model, key := sealed_key(model, what), damage):
        answer, error = model.invoked(StackOutput.CHECK_DRIFT, event)
        assert (error, key in answer["errorMessage"]) == ("SealBroken", True)
        assert model.stage.lake.keys(lake_keys.decisions(model.name)) == decided
    assert not model.loop.check_drift(model.day(day)).duplicate


WAYS = {
    Damage.DELETED: ("Seal", "its model's files are gone from the tracking server's artifacts"),
    Damage.CUT: ("Smoke", "a file of a version is missing, damaged or not trusted"),
}


@fault(
    "The files of a challenger in MLflow's folder were {damage} after it was judged and before it was sealed.",
    promise="It is not promoted, people are told why, the champion stays, and the lock is free.",
    doctor="^last training",
)
@pytest.mark.parametrize("damage", WAYS)
def test_a_challengers_files_are_damaged_before_it_is_sealed(model: Model, damage: Damage) -> None:
    champion, name, (step, why) = model.champion(), f"unsealed-{damage.name.lower()}", WAYS[damage]
    with model.faults.fault("seal", HOLD(caller=f"^{function_name(model.stage, 'Seal')}$", times=1)):
        arn = model.loop.retrain(model.request(name, as_of=TRAINED + timedelta(7)))
        model.faults.wait_held("seal")
        artifacts, keys = files_of_challenger(model, name)
        contents = {key: artifacts.read(key) for key in keys}
        artifacts.remove(keys)
        for key, content in contents.items() if damage is Damage.CUT else ():
            artifacts.write(key, content[: len(content) // 2])
    assert model.stage.end(arn) == "FAILED"
    said = model.told_once(f"{name} failed in {step}")
    assert why in said
    assert "The champion is untouched" in said
    assert model.champion() == champion
    assert model.lock().holder is None


def files_of_challenger(model: Model, training_id: str) -> tuple[S3Lake, list[str]]:
    """Return the bucket of MLflow's files, and the keys of those of the model that a training has registered."""
    version = model.loop.training(training_id).challenger_version
    assert version is not None
    place = connect(model.stage.aws.tracking_url).get_model_version_download_uri(model.name, version)
    bucket, _, folder = place.removeprefix("s3://").partition("/")
    artifacts = S3Lake(bucket)
    keys = artifacts.keys(folder)
    assert keys
    return artifacts, keys
