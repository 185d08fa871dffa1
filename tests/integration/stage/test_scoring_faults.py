"""A champion that moves while it predicts, or cannot be opened: what is kept is one version's, whole and once."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pytest

from courtside.cli.versions import stage_production
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.names import StackOutput
from courtside.core.parquet import read_parquet_content
from courtside.workflows.production import Move
from courtside.workflows.sealed_models import MODEL, SealedModel, sealed_model
from tests.fakes.own_points import courtside, done
from tests.integration.stage import parcels
from tests.integration.stage.conftest import Stage
from tests.integration.stage.parcels import LARGE, LARGE_DAY, SMALL, SMALL_DAY
from tests.integration.stage.scoring import Scored
from tests.integration.stage.test_loop import told_once

NO_ROWS = date(2025, 1, 1)
FAULTY_DAY = SMALL_DAY + timedelta(days=1)


@pytest.fixture(scope="module")
def there(stage: Stage, two_versions: None) -> Iterator[Scored]:  # noqa: ARG001 — it has trained them
    with parcels.in_stage(stage) as model:
        yield model


@pytest.fixture
def model(there: Scored, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scored]:
    """Return the model, whose first version is champion before and after the test."""
    monkeypatch.setenv("COURTSIDE_TRACKING_URI", there.stage.aws.tracking_url)
    make_champion("1", there)
    yield there
    make_champion("1", there)


def make_champion(version: str, model: Scored) -> None:
    if model.champion().version != version:
        promote(version)


def promote(version: str) -> None:
    done("versions", "promote", version, "--reason", "a test", "--model", parcels.MODEL)


def a_round(*, code: int) -> dict[str, Any]:
    """Run a round of the model and return what it did."""
    result = courtside("watch", "--model", parcels.MODEL, "--as-of", f"{FAULTY_DAY}")
    assert result.exit_code == code, result.output
    (settled,) = json.loads(result.stdout)["settled"]
    return dict(settled)


def newest(rows: pa.Table) -> dict[str, str]:
    """Return which version predicted each row last; no prediction may be there twice."""
    made = list(zip(*(rows.column(each).to_pylist() for each in ("id", "version", "revision")), strict=True))
    assert len(set(made)) == len(made)
    return {row: version for row, version, _ in made}


def writers(content: bytes) -> set[str | None]:
    return set(read_parquet_content(content).column("version").to_pylist())


def test_champions_that_move_while_the_function_predicts_leave_every_row_to_the_last_of_them(model: Scored) -> None:
    model.predicted(NO_ROWS)  # a process is there
    kept: list[dict[str, bytes]] = []
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(model.predicted, LARGE_DAY)
        for version in ("2", "1"):
            with model.held(when=lambda: len(model.keys(LARGE_DAY)) > len(kept)):
                kept.append(model.files(LARGE_DAY))
                assert not running.done()
                promote(version)
        answer = running.result()
    files = model.files(LARGE_DAY)
    assert [writers(content) for content in files.values()][:2] == [{"1"}, {"2"}]  # each of them had begun
    assert all(before.items() <= files.items() for before in kept)
    assert (answer["version"], answer["predicted"] + answer["unchanged"]) == ("1", LARGE)
    assert Counter(newest(model.stored(LARGE_DAY)).values()) == {"1": LARGE}
    again = model.predicted(LARGE_DAY)
    assert (again["version"], again["predicted"], again["unchanged"]) == ("1", 0, LARGE)
    assert model.files(LARGE_DAY) == files


def test_the_next_champion_predicts_all_rows_once_and_is_the_one_that_is_shown(model: Scored) -> None:
    assert model.predicted(SMALL_DAY)["version"] == "1"
    before = model.files(SMALL_DAY)
    promote("2")
    answer = model.predicted(SMALL_DAY)
    assert (answer["version"], answer["predicted"], answer["unchanged"]) == ("2", SMALL, 0)
    assert before.items() <= model.files(SMALL_DAY).items()
    assert Counter(newest(model.stored(SMALL_DAY)).values()) == {"2": SMALL}
    shown = done("predict", "--model", parcels.MODEL, "--as-of", f"{SMALL_DAY}")
    assert Counter(each["version"] for each in shown["predictions"]) == {"2": SMALL}


def sealed_unusable(model: Scored, version: str) -> SealedModel:
    """Seal the champion's files as a version's, with a model that no library opens, and return the seal."""
    lake = model.stage.lake
    whole = sealed_model(model.model, model.champion().sha256 or "", lake=lake)
    files = {path: whole.read(path) for path in whole.contents.files}
    opened = next(path for path in files if path.startswith(MODEL) and path.endswith(".skops"))
    files[opened] = files[opened][:100]
    digests = {path: sha256(content).hexdigest() for path, content in files.items()}
    contents = whole.contents.model_copy(update={"version": version, "files": digests})
    manifest = json.dumps(contents.model_dump()).encode()
    digest = sha256(manifest).hexdigest()
    for path, content in (*files.items(), (training_keys.MANIFEST_NAME, manifest)):
        lake.write(f"{lake_keys.sealed(model.model, digest)}{path}", content)
    return sealed_model(model.model, digest, lake=lake)


def test_a_champion_that_cannot_be_opened_serves_nothing_and_is_told_once_until_another_is_champion(
    model: Scored,
) -> None:
    production = stage_production("dev", parcels.MODEL)
    unusable = sealed_unusable(model, "2")
    # What opened when it was promoted may not open any more, for instance after an upgrade of a library.
    move = Move(unusable, rule="by_hand", reason="a test", by="a test")
    production.move(move, expected="1", now=datetime.now(UTC))
    body, error = model.invoked(StackOutput.PREDICT, FAULTY_DAY)
    assert error == "ModelUnusable"
    assert "the model of version 2 cannot be loaded" in body["errorMessage"]
    assert model.files(FAULTY_DAY) == {}
    for _ in range(2):
        found = a_round(code=1)
        assert "cannot be loaded" in found["reason"]
    told_once(model.stage, containing=f"The round of {parcels.MODEL} failed")
    assert done("versions", "rollback", "--model", parcels.MODEL)["after"] == "1"
    assert a_round(code=0)["outcome"] != "failed"
    told_once(model.stage, containing=f"The rounds of {parcels.MODEL} do not fail any more")


def test_a_shadow_that_cannot_be_opened_is_named_and_the_champions_rows_are_served(model: Scored) -> None:
    sealed_unusable(model, "99")
    answer = model.predicted(FAULTY_DAY, versions=["99"])
    assert answer["predicted"] + answer["unchanged"] == SMALL
    (shadow,) = (each for each in answer["shadows"] if each["version"] == "99")
    assert (shadow["version"], shadow["predicted"]) == ("99", 0)
    assert "the model of version 99 cannot be loaded" in shadow["problem"]
    assert set(model.stored(FAULTY_DAY).column("version").to_pylist()) == {"1"}
