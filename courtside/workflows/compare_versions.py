"""What two registered versions scored, from the records of their trainings."""

from collections.abc import Sequence
from typing import Any

from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import ModelRecord, RollingOriginRecord, TrainingRecord
from courtside.core.tasks import BINARY, task_of
from courtside.workflows.production import Production

_SPREAD = ("mean", "sd")


class NothingToCompare(CourtsideError):
    """There is no second version to compare with."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"there is no other champion to compare version {version} with: name two versions")


def compare(version: str, other: str | None, *, production: Production) -> list[dict[str, Any]]:
    """Return one row per figure: its name, each version's value, and the difference where both are numbers.

    If `other` is None, the comparison is with the champion, or with the version before it if `version` is the champion.
    Raises `NothingToCompare` and what `Production.record_of` raises.
    """
    champion = production.champion()
    against = other or (champion.previous if version == champion.version else champion.version)
    if against is None or against == version:
        raise NothingToCompare(version)
    records = [production.record_of(each) for each in (version, against)]
    mine, theirs = (_tasks(record, records) | _figures(record) for record in records)
    return [
        {
            "figure": name,
            f"version {version}": mine.get(name),
            f"version {against}": theirs.get(name),
            f"{version} minus {against}": _difference(mine.get(name), theirs.get(name)),
        }
        for name in dict.fromkeys((*mine, *theirs))
    ]


def _figures(record: TrainingRecord) -> dict[str, Any]:
    best = next(model for model in record.models if model.name == record.best)
    about = {
        "model": best.name,
        "recalibrates version": None if record.recalibrates is None else record.recalibrates.version,
        "trained as of": record.as_of.isoformat(),
        "rows trained on": record.rows_train,
        "rows tested on": record.rows_test,
        "rows fitted to once more": None if record.refit is None or record.refit.until is None else record.refit.rows,
    }
    return (
        {name: value for name, value in about.items() if value is not None}
        | _measured(best, record)
        | {f"rolling origin: {name}": value for name, value in _on_folds(best.rolling_origin).items()}
        | {f"parameter: {name}": value for name, value in sorted(best.params.items())}
    )


def _tasks(record: TrainingRecord, both: Sequence[TrainingRecord]) -> dict[str, Any]:
    """Return what a version predicts, unless both say the probability of class 1."""
    if all(each.task == BINARY for each in both):
        return {}
    return {"task": record.task} | ({"classes": len(record.classes)} if record.classes else {})


def _measured(best: ModelRecord, record: TrainingRecord) -> dict[str, Any]:
    primary = task_of(record.task, record.primary_metric).primary
    chosen = {} if best.selection is None else {f"{primary} of the selection part": best.selection}
    if record.task == BINARY:
        about = {"name", "intervals", "params", "rolling_origin", "figures", "selection"}
        return best.model_dump(mode="json", exclude=about) | chosen
    return {**best.figures, **chosen} | ({} if best.calibration is None else {"calibration": best.calibration.value})


def _on_folds(origin: RollingOriginRecord | None) -> dict[str, Any]:
    if origin is None:
        return {}
    spread = {
        f"{name}_{of}": value for name, both in origin.figures.items() for of, value in zip(_SPREAD, both, strict=True)
    }
    return origin.model_dump(exclude={"figures"}) | spread


def _difference(mine: object, theirs: object) -> float | int | None:
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        return mine - theirs
    return None
