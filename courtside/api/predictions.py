"""Let a version in a stage predict a table: `courtside predict --table` as a function."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from courtside.api.inputs import Table, opened_rows, shown
from courtside.contracts.errors import InputMismatch
from courtside.core.dataset import Dataset

if TYPE_CHECKING:
    from courtside.workflows.predict.versions import Predicting


def predict(
    table: Table,
    *,
    stage: str = "dev",
    model: str | None = None,
    version: str | None = None,
    explain: int = 0,
    trust: Sequence[str] = (),
) -> pa.Table:
    """Return the ids and times of a table's rows with what a version says of each; the stage keeps nothing of it.

    `table` is a path, an address or a frame, as in `check_drift`; for a model of games it is a file of games. `model`
    is one of the stage's models (None: its only one), `version` one that lies under seal (None: the champion).
    ``prediction`` is the probability of class 1, null where the version cannot say one, for the ``reason`` beside it.
    With `explain`, ``contributions`` has so many of the largest ones of each row. Classes of the packages in `trust`
    may be loaded, whose code then runs here.

    Raises subclasses of `courtside.CourtsideError`, as the command does. Needs the extras ``train`` and ``aws``.
    """
    found, dataset = opened_version(stage, model, version, trust=trust)
    return pa.concat_tables(scored(table, found, dataset, explain=explain))


def opened_version(
    stage: str, model: str | None, version: str | None, *, trust: Sequence[str] = ()
) -> "tuple[Predicting, Dataset]":
    """Return a version of a stage's model, ready to predict, and the model's contract.

    Raises `PackageNotOwn`, `PackageNotInstalled`, `StageNotDeployed`, `AwsUnusable`, and what `StageModels.only`,
    `StageModels.dataset` and `version_in_stage` raise.
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.trusted_models import models_trusting
    from courtside.bootstrap.scoring import version_in_stage
    from courtside.bootstrap.stage import deployed_models

    opens = models_trusting(trust)
    models = deployed_models(stage_outputs(stage))
    with reaching_aws():
        name = model or models.only()
        return version_in_stage(models, name, version, opens=opens), models.dataset(name)


def scored(table: Table, version: "Predicting", dataset: Dataset, *, explain: int = 0) -> Iterator[pa.Table]:
    """Yield a table's rows as `predict` returns them, piece by piece.

    Raises `InputMismatch` for a frame of games, and what `read_games`, `opened_rows` and `scored_table` raise.
    """
    from courtside.core.games import read_games
    from courtside.workflows.predict.score_table import scored_games, scored_table

    if dataset.builder is None:
        name = shown(table, name="the given table")
        yield from scored_table(opened_rows(table, name=name), version, dataset, explain=explain)
        return
    if not isinstance(table, str | os.PathLike):
        raise InputMismatch(f"{dataset.name} learns from games: give a file of games, as a path")
    yield from scored_games(read_games(os.fspath(table), min_season_games=0), version, dataset, explain=explain)
