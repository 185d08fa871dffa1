"""Pickles that run a program when they are opened come in every way that rows, labels and models come."""

import contextlib
import hashlib
import pickle
from datetime import date
from pathlib import Path

import pytest

from courtside.adapters.mlflow_connection import connect
from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.core.training.old_pickles import PickleForbidden
from tests.fakes.own_points import courtside
from tests.faults.fault import fault
from tests.faults.input.arriving import put, removed, taken_in
from tests.faults.input.pickles import PICKLES
from tests.faults.input.programs import command
from tests.faults.model import TO_COME, Model

ENDINGS = ("parquet", "csv", "feather", "csv.gz", "pkl")


def malicious(folder: Path, what: str = "of the newest notation") -> tuple[bytes, Path]:
    """Return a pickle that was seen to run its program, and the file that the program creates."""
    ran = folder / "ran"
    content = PICKLES[what](ran)
    with contextlib.suppress(Exception):  # one is no model besides
        pickle.loads(content)  # noqa: S301 — ours
    ran.unlink()
    return content, ran


@fault(
    "Pickles that run a program arrive as files of rows.",
    promise="Each is set aside, told, and opened by nobody.",
)
def test_pickles_arrive(model: Model, tmp_path: Path) -> None:
    content, ran = malicious(tmp_path)
    files = [put(model, f"evil.{ending}", content) for ending in ENDINGS]
    done = taken_in(model)
    assert [done[file]["outcome"] for file in files] == ["quarantined"] * len(files)
    assert not ran.exists()
    for file in files:
        removed(model, file)


@fault(
    "Somebody loads a pickle that runs a program as a file of {kind}.",
    promise="The command refuses it and says that it is a pickle, and nobody opens it.",
)
@pytest.mark.parametrize("kind", ["rows", "labels"])
def test_a_pickle_is_loaded(model: Model, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "evil.pkl"
    content, ran = malicious(tmp_path)
    file.write_bytes(content)
    words = ["tables", "load", "--table", file] if kind == "rows" else ["labels", "load", file]
    ended = command(*words, "--model", model.name)
    ended.refused("evil.pkl", "pickle")
    assert not ran.exists()


@fault(
    "Somebody imports an old model whose pickle is one {what}.",
    promise="The command says what the pickle asks for, runs none of it, and registers nothing.",
)
@pytest.mark.parametrize("what", PICKLES)
def test_an_old_model_is_a_malicious_pickle(model: Model, tmp_path: Path, what: str) -> None:
    key = f"{lake_keys.LEGACY_MODELS_PREFIX}{model.name}.pkl"
    content, ran = malicious(tmp_path, what)
    model.stage.lake.write(key, content)
    before = model.command("versions", "list")
    digest = hashlib.sha256(content).hexdigest()
    ended = courtside("versions", "import", model.name, "--sha256", digest, "--model", model.name)
    model.stage.lake.remove([key])
    assert isinstance(ended.exception, PickleForbidden), ended.output
    assert not ran.exists()
    assert model.command("versions", "list") == before


@fault(
    "The files of the champion in MLflow's folder are replaced by pickles that run a program.",
    promise="Predictions and drift checks go on with the sealed champion, and nobody opens the pickles.",
)
def test_the_champion_is_replaced_by_pickles_in_the_folder_of_mlflow(model: Model, tmp_path: Path) -> None:
    content, ran = malicious(tmp_path)
    champion = model.champion()
    assert champion is not None
    client = connect(model.stage.aws.tracking_url)
    place = client.get_model_version_download_uri(model.name, champion.version)
    bucket, _, folder = place.removeprefix("s3://").partition("/")
    artifacts = S3Lake(bucket)
    own = {key: artifacts.read(key) for key in artifacts.keys(folder)}
    assert own
    for key in own:
        artifacts.write(key, content)
    try:
        said, failed = model.invoked(StackOutput.PREDICT, {"model": model.name, "as_of": TO_COME.isoformat()})
        assert not failed, said
        checked = model.loop.check_drift(model.day(date(2025, 12, 1)))
        assert not checked.duplicate
        assert not ran.exists()
    finally:
        for key, kept in own.items():
            artifacts.write(key, kept)
