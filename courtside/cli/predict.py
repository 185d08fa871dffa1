"""`courtside predict`: let a stage predict what comes, or a version of it the rows of a file."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.own_packages import Trusted
from courtside.cli.stage import Model, Stage
from courtside.contracts.days import parse_as_of
from courtside.contracts.errors import InputMismatch
from courtside.contracts.scoring import MOST_VERSIONS, PredictRequest, PredictResponse, Role

if TYPE_CHECKING:
    import pyarrow as pa

MOST_SHOWN = 50
"""So many rows are printed at most; a file holds them all."""
MOST_EXPLAINED = 50


def predict(
    stage: Stage = "dev",
    model: Model = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Predict what comes from this day on [default: today in UTC].")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            help="Predict the rows of this table here, and keep nothing in the stage: parquet, CSV or Feather, a file, "
            "a folder or an s3:// address; for a model of games a file of games."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=f"Write all predictions into this parquet or CSV file; without it, {MOST_SHOWN} at most are shown, "
            "and with --table also printed as JSON."
        ),
    ] = None,
    version: Annotated[
        list[str] | None,
        typer.Option(
            help="A version that predicts: as a shadow beside the champion, or with --table in its place. It is sealed "
            "first if it never was. May be repeated without --table."
        ),
    ] = None,
    explain: Annotated[
        int,
        typer.Option(
            min=0,
            max=MOST_EXPLAINED,
            help="Show this many of the largest contributions to each prediction; a stage keeps as many as the "
            "contract's `predict: {explain: N}` says.",
        ),
    ] = 0,
    trust_package: Trusted = None,
    as_json: JsonFlag = False,
) -> None:
    """Predict the coming rows of a model in a stage, as a round of the watch does, and show what is kept of them.

    A row is predicted again only if its features have changed. With --table, the rows of a file are predicted in this
    process, by the champion or by one version, without keeping anything.

    Examples:

    - `courtside predict --model churn`

    - `courtside predict --as-of 2026-03-10 --version 12 --json`

    - `courtside predict --model churn --table march.csv --out predictions.csv --explain 3`
    """
    versions = version or []
    if out is not None and out.suffix.lower() not in {".parquet", ".csv"}:
        raise InputMismatch(f"{out} is neither a .parquet nor a .csv file; name one of the two with --out")
    if table is None:
        if trust_package:
            raise InputMismatch(
                "--trust-package is for a model that is opened here, and without --table the stage opens it, which "
                "trusts the packages of its own settings (training_packages); leave it out, or name a file with --table"
            )
        _predict_stage(stage, model, as_of, versions, explain, out=out, as_json=as_json)
        return
    if as_of is not None:
        raise InputMismatch("--as-of is a day of a stage's own rows, and --table names others; give one of the two")
    if len(versions) > 1:
        raise InputMismatch("with --table one version predicts; give --version once")
    _predict_table(stage, model, table, versions, explain, trust=trust_package or [], out=out, as_json=as_json)


def _predict_stage(
    stage: str,
    model: str | None,
    as_of: str | None,
    versions: Sequence[str],
    explain: int,
    *,
    out: Path | None,
    as_json: bool,
) -> None:
    from courtside.adapters.deployed_check import predict_now
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.prediction_files import write_predictions
    from courtside.cli.stage_data import stage_models
    from courtside.contracts.model_card import BINARY, REGRESSION
    from courtside.contracts.names import StackOutput
    from courtside.core.predictions.said_columns import columns_beside
    from courtside.workflows.predict.newest import newest_predictions

    if len(versions) > MOST_VERSIONS:
        raise InputMismatch(f"{len(versions)} versions are too many; give at most {MOST_VERSIONS}")
    day = parse_as_of(as_of, today=datetime.now(UTC).date())
    with people.status("Predicting"), reaching_aws():
        outputs = stage_outputs(stage)
        models = stage_models(outputs)
        name = model or models.only()
        dataset = models.dataset(name)
        _seal(stage, name, versions)
        request = PredictRequest(model=name, as_of=day, versions=tuple(versions))
        done = predict_now(outputs[StackOutput.PREDICT], request)
        shown = _shown(done, {*dataset.predict.shadows, *versions})
        rows = _of(shown, newest_predictions(day, lake=models.lake, dataset=dataset))
    if out is not None:
        write_predictions([rows], out)
    if as_json:
        kept = None if out else rows.to_pylist()
        print_json({**done.model_dump(mode="json"), "predictions": kept})
        return
    _say(done, day)
    if explain and dataset.task not in {BINARY, REGRESSION}:
        say("predictions of several classes are not explained")
    said, roles = ["prediction", *columns_beside(dataset.task)], ["role"] if len(shown) > 1 else []
    columns = ["id", "time", *said, "version", *roles, "contributions"]
    _show(f"Predictions of {name}", rows.select(columns).slice(0, MOST_SHOWN), rows.num_rows, explain, out)


def _predict_table(
    stage: str,
    model: str | None,
    table: str,
    versions: Sequence[str],
    explain: int,
    *,
    trust: Sequence[str],
    out: Path | None,
    as_json: bool,
) -> None:
    from courtside.adapters.prediction_files import write_predictions
    from courtside.adapters.trusted_models import models_trusting
    from courtside.api.inputs import opened_rows
    from courtside.api.predictions import opened_version, scored

    # What a person can put right is said before the stage is asked, which may seal a version.
    models_trusting(trust)
    opened_rows(table, name=table).require_readable()
    with people.status(f"Predicting {table}"):
        _seal(stage, model, versions)
        found, dataset = opened_version(stage, model, versions[0] if versions else None, trust=trust)
        pieces = _Counted(scored(table, found, dataset, explain=explain))
        if out is None:
            for _ in pieces:
                pass
        else:
            write_predictions(pieces, out)
    if as_json:
        counted = {"version": found.version, "rows": pieces.rows, "without_prediction": pieces.without}
        print_json({**counted, "predictions": None if out else pieces.first.to_pylist()})
        return
    if explain and pieces.rows and not pieces.explained:
        say(f"version {found.version} is of a kind whose predictions are not explained")
    if pieces.without:
        say(f"{pieces.without} of {pieces.rows} rows have no prediction; the column `reason` says why")
    _show(f"Predictions by version {found.version}", pieces.first, pieces.rows, explain, out)


def _seal(stage: str, model: str | None, versions: Sequence[str]) -> None:
    """Seal versions that never were, because a stage believes only what is under seal."""
    from courtside.cli.versions import stage_production

    if versions:
        production = stage_production(stage, model)
        for version in versions:
            production.sealed(version)


def _shown(done: PredictResponse, named: Collection[str]) -> list[tuple[Role, str | None]]:
    """Return whose predictions are shown: the champion's, and those of shadows that contract or person `named`.

    The version before the champion predicts for decisions, even if nobody named it.
    """
    shadows = [(each.role, each.version) for each in done.shadows if not {each.role, each.version}.isdisjoint(named)]
    return [(Role.CHAMPION, done.version), *shadows]


def _of(shown: Sequence[tuple[Role, str | None]], rows: "pa.Table") -> "pa.Table":
    """Return the predictions of the versions in these roles."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array([f"{role} {version}" for role, version in shown], pa.string())
    joined: Any = pc.binary_join_element_wise
    of_row = joined(rows.column("role"), rows.column("version"), " ")
    return rows.filter(pc.is_in(of_row, value_set=wanted))


@dataclass
class _Counted:
    """Pieces of a table that pass by: how many rows there were, and how many without prediction; the first of them.

    `explained` says whether any row has contributions.
    """

    pieces: "Iterable[pa.Table]"
    rows: int = 0
    without: int = 0
    first: Any = None
    explained: bool = False

    def __iter__(self) -> "Iterator[pa.Table]":
        for piece in self.pieces:
            self.first = piece.slice(0, MOST_SHOWN) if self.first is None else self.first
            self.rows += piece.num_rows
            self.without += piece.column("prediction").null_count
            found = piece.column("contributions") if "contributions" in piece.column_names else None
            self.explained |= found is not None and found.null_count < len(found)
            yield piece


def _say(done: PredictResponse, day: date) -> None:
    if done.version is not None:
        say(
            f"As of {day}, version {done.version} predicted {done.predicted} rows; {done.unchanged} were predicted "
            f"before with the same features, and {done.set_aside} are set aside"
        )
    for shadow in done.shadows:
        problem = f"; {shadow.problem}" if shadow.problem else ""
        counted = f"{shadow.predicted} rows predicted, {shadow.unchanged} before"
        say(f"{shadow.role} version {shadow.version}: {counted}{problem}")
    for problem in done.problems:
        say(problem)


def _show(title: str, first: "pa.Table", count: int, explain: int, out: Path | None) -> None:
    if out is not None:
        say(f"written: {out} ({count} rows)")
        return
    print_table(title, [_row(row, explain) for row in first.to_pylist()])
    if count > first.num_rows:
        say(f"and {count - first.num_rows} more rows; --out writes all of them into a file")


def _row(row: dict[str, Any], explain: int) -> dict[str, Any]:
    """Return what people are shown of a prediction: maps in words, and a reason only where there is one."""
    from courtside.adapters.prediction_files import in_words

    shown = {name: value for name, value in row.items() if name != "contributions" and value is not None}
    if "probabilities" in shown:
        shown["probabilities"] = in_words(shown["probabilities"])
    if explain:
        shown["contributions"] = in_words((row.get("contributions") or [])[:explain]) or "none"
    return shown
