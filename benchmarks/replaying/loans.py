"""The loan contracts that nannyml ships: 100,000 over 20 months, simulated, whose customers change at row 75,000.

From that row on cars are dearer, loans longer, and a model of the rows before does worse; its pages call the part
before 50,000 the reference. It is under the Apache licence 2.0. Only its data files are read: its code is not imported.
"""

from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from benchmarks.replaying.known import KnownStream, contract
from courtside.core.backtest.changes import KnownChange

CHANGED_FROM = 75_000
"""The first row of the changed customers, by its id."""
BEGIN, END = date(2018, 7, 1), date(2019, 8, 29)
"""The first day of the replay, half a year after the first row, and the last day of rows, which is not whole."""


class LoansNotInstalled(Exception):
    """The package with the loan contracts is not installed."""

    def __init__(self) -> None:
        super().__init__("the package nannyml is not installed, whose loan contracts are read; run `make setup`")


def loans() -> KnownStream:
    """Return all loan contracts with whether they were repaid; raises `LoansNotInstalled`."""
    folder, dataset = _folder(), contract("car_loans")
    columns = [*dataset.id_columns, *dataset.feature_names, "timestamp"]
    known = _read(folder / "synthetic_car_loan_reference.csv").select([*columns, "repaid"])
    later = _read(folder / "synthetic_car_loan_analysis.csv").select(columns)
    answers: Any = _read(folder / "synthetic_car_loan_analysis_target.csv")
    whole = later.join(answers, keys="id", join_type="inner").select(known.column_names)
    rows = pa.concat_tables([_plain(known), _plain(whole)]).sort_by("id")
    changed: Any = rows.filter(pc.field("id") == CHANGED_FROM)["timestamp"][0].as_py()
    return KnownStream("car_loans", rows, dataset, (KnownChange.sudden(changed.date()),), BEGIN, END)


def _folder() -> Path:
    spec = find_spec("nannyml")
    if spec is None or not spec.submodule_search_locations:
        raise LoansNotInstalled
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data"


def _read(path: Path) -> Any:
    return pyarrow.csv.read_csv(path)


def _plain(table: Any) -> Any:
    """Return rows with labels as whole numbers, which one file writes as ``1.0``."""
    place = table.column_names.index("repaid")
    return table.set_column(place, "repaid", table["repaid"].cast(pa.int64()))
