"""Train on a table: `courtside train --table` as a function."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from courtside.adapters.folder_lake import FolderLake
from courtside.adapters.provenance import provenance
from courtside.adapters.training_ids import new_training_id
from courtside.api.inputs import Table, content_of, contract_of, day_of, shown
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.errors import InputMismatch
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.history import parse_history
from courtside.contracts.records import Calibration, ModelRecord, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.training.fit import FitOptions
from courtside.workflows.ports import Lake, Tracking, TrackingUnavailable
from courtside.workflows.row_source import NoRows
from courtside.workflows.tables import checked_table
from courtside.workflows.train import prepared
from courtside.workflows.train import train as train_rows


@dataclass(frozen=True, repr=False)
class Training:
    """What a training did: its record, and the folder that holds models, card and drift reference."""

    record: TrainingRecord
    folder: Path

    @property
    def best(self) -> ModelRecord:
        """The candidate that was chosen, with its figures."""
        return next(model for model in self.record.models if model.name == self.record.best)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What people should know about the data, one sentence each."""
        return self.record.warnings

    @property
    def card(self) -> Path:
        """The model card, a page of its own."""
        return self.folder / training_keys.training_card_page(self.record.dataset, self.record.training_id)

    @property
    def profile(self) -> Path | None:
        """The drift reference, which `check_drift` takes; None where the training made none."""
        path = self.folder / training_keys.training_profile(self.record.dataset, self.record.training_id)
        return path if path.exists() else None

    def to_dict(self) -> dict[str, Any]:
        """Return the record's JSON form, which is also that of ``train --json``."""
        return self.record.model_dump(mode="json")

    def __repr__(self) -> str:
        record = self.record
        lines = [
            f"Trained on {record.rows_train:,} rows, tested on {record.rows_test:,}; split {record.split}.",
            *(f"{each.name}: {_figures(each)}" for each in record.models),
            f"{_predicted(record)} Best: {record.best}. Its card: {self.card}",
            *(f"warning: {warning}" for warning in record.warnings),
        ]
        return "\n".join(lines)


def _figures(model: ModelRecord) -> str:
    if not model.figures:
        return f"AUC {model.test_auc:.3f}, accuracy {model.test_accuracy:.3f}"
    return ", ".join(f"{name} {value:.4g}" for name, value in list(model.figures.items())[:3])


def _predicted(record: TrainingRecord) -> str:
    if record.positive is not None:
        return f"Class 1 of {record.target} is {record.positive}."
    return f"The task is {record.task}, and the target {record.target}."


def train(
    table: Table,
    contract: Dataset | str | os.PathLike[str],
    *,
    out: str | os.PathLike[str],
    as_of: date | str | None = None,
    newest: int | None = None,
    tracking_uri: str | None = None,
    search: int = 0,
    rolling_origin: int | None = None,
    calibrate: Calibration | str | None = None,
    history: str = "all",
    drift: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Training:
    r"""Train the contract's candidates on a table and write models, card and drift reference into the folder `out`.

    `table` is a path, an address or a frame, as in `check_drift`; `contract` a YAML file or what `load_contract`
    returned. `as_of` trains on rows before that day, `newest` on so many of the newest rows. Runs are logged to the
    MLflow server at `tracking_uri` (None: nowhere). `search`, `rolling_origin`, `calibrate` and `history` are the
    options of ``courtside train``; `drift` False makes no drift reference; `progress` is told each part.

    Raises subclasses of `courtside.BadInput` where table or contract cannot be used; `out` is then as it was before.
    Needs the extra ``train``.

    >>> import random, tempfile, pathlib, pyarrow as pa
    >>> random.seed(3)
    >>> ages = [random.uniform(20, 70) for _ in range(400)]
    >>> table = pa.table({"age": ages, "left": [random.random() < age / 70 for age in ages]})
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "churn.yaml").write_text(
    ...     "name: churn\ntarget: left\nfeatures: {age: numeric}\ncandidates: [logistic_regression]\n"
    ... )
    >>> trained = train(table, folder / "churn.yaml", out=folder / "models")
    >>> trained.best.name, trained.record.rows_train, trained.card.exists()
    ('logistic_regression', 320, True)
    """
    said = contract_of(contract)
    lake = FolderLake(Path(out))
    with lake.alone(), lake.unchanged_if_refused():
        tracking = tracking_at(tracking_uri, warn=progress) if tracking_uri and said.tracking else None
        said = prepared(said, lake=lake, tracking=tracking)
        store_table(table, said, lake=lake)
        record = train_stored(
            lake,
            said,
            source=shown(table, name="a frame"),
            as_of=day_of(as_of),
            newest=newest,
            tracking=tracking,
            options=FitOptions(
                search=search,
                rolling_origin=rolling_origin or 0,
                calibration=_calibration(calibrate),
            ),
            history=parse_history(history),
            drift=drift,
            progress=progress,
        )
    return Training(record, Path(out))


def _calibration(name: Calibration | str | None) -> Calibration | None:
    try:
        return Calibration(name) if name else None
    except ValueError as error:
        raise InputMismatch(f"calibrate is {name!r}; give one of {', '.join(Calibration)}, or None") from error


def store_table(table: Table, contract: Dataset, *, lake: Lake) -> None:
    """Put a table where the training of its contract reads it.

    Raises what `content_of` and `checked_table` raise.
    """
    content = content_of(table, contract)
    checked_table(content, name=shown(table, name="the given table"), dataset=contract)
    lake.write(lake_keys.loaded_table(contract.name, "table"), content)


def train_stored(
    lake: Lake,
    contract: Dataset,
    *,
    source: str,
    as_of: date | None,
    newest: int | None,
    tracking: Tracking | None,
    options: FitOptions,
    history: str,
    drift: bool,
    progress: Callable[[str], None],
) -> TrainingRecord:
    """Train on the rows in a lake, which came from `source`.

    Raises what the workflow `train` raises, and `InputMismatch` where there are no rows before `as_of`.
    """
    request = RetrainingRequest(
        model=contract.name,
        training_id=new_training_id("files"),
        as_of=as_of or date.max,
        trigger=Trigger.MANUAL,
        reason=f"trained from {source}",
        history=history,
    )
    try:
        return train_rows(
            request,
            lake=lake,
            tracking=tracking,
            dataset=contract,
            newest_rows=newest,
            options=options,
            with_reference=drift,
            provenance=provenance(),
            progress=progress,
        )
    except NoRows as error:  # which would say how to load some into a stage
        raise InputMismatch(f"{source} holds no rows before {request.as_of}; give a later day") from error


def tracking_at(uri: str, *, warn: Callable[[str], None]) -> Tracking:
    """Return the tracking server at an address; one that is away is only warned of, as it may be back at the end.

    Raises what `require_server` raises for an address that is not a server's.
    """
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.tracking_address import require_server

    try:
        require_server(uri)
    except TrackingUnavailable as error:
        warn(f"warning: {error}. The training goes on, and tries again at its end.")
    return MlflowTracking(uri)
