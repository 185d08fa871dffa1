"""Time the prediction of 15 games with the lake and the ledger of the embedded AWS, for every family of models.

`cold` is the first call of a process that has imported what it needs: the model is read from its seal, checked and
opened. `warm` are calls of later days, in which other games have come up (the median of seven). The limit of a warm
call is one second. It prints one JSON object.

Run `python -m benchmarks.predict_warm [--strict]` from the project's root; it takes about two minutes.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.watch_rounds import create_ledger, on_embedded_aws
from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.mlflow_models import save_model
from courtside.adapters.s3_lake import S3Lake
from courtside.bootstrap.scoring import warm_models
from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import ChampionPointer, SealedFiles
from courtside.contracts.scoring import PredictRequest
from courtside.core.features import build_features
from courtside.core.games.unplayed import with_empty_scores
from courtside.core.parquet import parquet_content
from courtside.core.training.candidates import ALL, Candidate
from courtside.core.training.fit import fit_candidates
from courtside.core.training.frame import taken_as
from courtside.core.training.split import split_rows
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import CandidateRun
from courtside.workflows.predict.predict import Predict
from courtside.workflows.predict.set_aside import SetAside
from courtside.workflows.predict.versions import Versions
from tests.fakes.ports import RecordedAlerts

LIMIT_SECONDS = 1.0
WARM_DAYS = 7
GAMES = 15
FIRST_DAY = date(2012, 2, 1)
DATASET = load_dataset("nba_games")


def main() -> None:
    """Measure every family and print what it took."""
    parser = argparse.ArgumentParser(description="Time the prediction of 15 games on the embedded AWS.")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if the limit does not hold")
    options = parser.parse_args()
    with on_embedded_aws():
        found = {candidate.name: measured(candidate) for candidate in ALL}
    ok = all(each["warm_seconds"] <= LIMIT_SECONDS for each in found.values())
    print(
        json.dumps({"benchmark": "predict_warm", "families": found, "limit_seconds": LIMIT_SECONDS, "ok": ok}, indent=2)
    )
    if options.strict and not ok:
        sys.exit(1)


def measured(candidate: Candidate) -> dict[str, Any]:
    """Measure one family in a lake of its own."""
    bucket = f"predict-{candidate.name.replace('_', '-')}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    create_ledger(bucket)
    lake, ledger = S3Lake(bucket), ModelLedger(DynamoDbLedger(bucket), DATASET.name)
    games = simulate_games(seasons=range(2005, 2013))
    played = games.filter(pc.less(games.column("game_date"), pa.scalar(FIRST_DAY)))
    store_games(played, lake=lake)
    promote(candidate, played, lake, ledger)
    aside = SetAside(DATASET.name, lake, Incidents(ledger.ledger, lake, RecordedAlerts()))
    step = Predict(DATASET, lake, Versions(DATASET.name, lake, ledger, warm_models()), aside)
    seconds = []
    for number in range(WARM_DAYS + 1):
        day = FIRST_DAY + timedelta(days=number * (DATASET.predict.ahead.days + 1))
        coming = games.filter(pc.greater_equal(games.column("game_date"), pa.scalar(day))).slice(0, GAMES)
        lake.write(lake_keys.coming_games(2012), parquet_content(with_empty_scores(coming)))
        began = time.perf_counter()
        done = step.run(PredictRequest(model=DATASET.name, as_of=day), now=datetime.now(UTC))
        seconds.append(time.perf_counter() - began)
        assert done.predicted == GAMES, done
    return {"cold_seconds": round(seconds[0], 3), "warm_seconds": round(statistics.median(seconds[1:]), 3)}


def promote(candidate: Candidate, games: pa.Table, lake: S3Lake, ledger: ModelLedger) -> None:
    """Train a candidate on games, seal it and make it champion."""
    split = split_rows(build_features(games, dataset=DATASET), dataset=DATASET)
    (model,) = fit_candidates(split, dataset=DATASET, candidates=[candidate])
    interface = ModelInterface.of(DATASET.target, (0, 1), taken_as(split.train.schema, DATASET))
    run = CandidateRun(model.name, model.flavor, model.estimator, params={}, metrics={}, plots={})
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "model")
        save_model(path=str(folder), candidate=run, interface=interface, sample=split.test.slice(0, 5))
        files = {f"model/{each.relative_to(folder)}": each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    hashes = {path: sha256(content).hexdigest() for path, content in files.items()}
    manifest = SealedFiles(version="1", training_id="benchmark", files=hashes).model_dump_json().encode()
    digest = sha256(manifest).hexdigest()
    for path, content in {**files, training_keys.MANIFEST_NAME: manifest}.items():
        lake.write(f"{lake_keys.sealed(DATASET.name, digest)}{path}", content)
    pointer = ChampionPointer(version="1", previous=None, reason="a benchmark", sha256=digest)
    assert ledger.put(written(ledger_keys.CHAMPION, pointer, expected_revision=0))


if __name__ == "__main__":
    main()
