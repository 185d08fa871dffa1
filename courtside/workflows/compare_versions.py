"""What two registered versions scored, from the records of their trainings."""

from typing import Any

from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import TrainingRecord
from courtside.workflows.production import Production


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
    mine, theirs = (_figures(production.record_of(each)) for each in (version, against))
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
    figures = best.model_dump(mode="json", exclude={"name", "intervals", "params", "rolling_origin"})
    folds = best.rolling_origin.model_dump() if best.rolling_origin else {}
    return (
        {name: value for name, value in about.items() if value is not None}
        | figures
        | {f"rolling origin: {name}": value for name, value in folds.items()}
        | {f"parameter: {name}": value for name, value in sorted(best.params.items())}
    )


def _difference(mine: object, theirs: object) -> float | int | None:
    if isinstance(mine, int | float) and isinstance(theirs, int | float):
        return mine - theirs
    return None
