"""Ids and times are not features, so the facade leaves them out and says so."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import DataDriftDetection
from courtside.core.drift.errors import WrongType

ROWS = 600
RNG = np.random.default_rng(3)
MOMENTS = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=row) for row in range(ROWS)]
SHUFFLED = RNG.permutation(ROWS)

NO_FEATURES: dict[str, tuple[str, Sequence[Any]]] = {
    "numbers of games": ("game_id", 22_000_000 + SHUFFLED // 2),
    "repeated ids": ("teamId", SHUFFLED % 30),
    "ids with gaps, which pandas stores as floats": ("PLAYER ID", [None, *map(float, SHUFFLED[1:])]),
    "coded ids": ("id", [f"G-{number:06}" for number in SHUFFLED]),
    "uuids under another name": ("reference", [str(UUID(int=int(number) * 7919)) for number in SHUFFLED]),
    "snowflakes under another name": ("message", 1 << 60 | SHUFFLED.astype(np.int64) << 22),
    "row numbers": ("Unnamed: 0", np.arange(ROWS)),
    "a counter": ("sequence", np.arange(ROWS) * 3 + 17),
    "every number of a range once": ("slot", SHUFFLED + 1000),
    "free text": ("comment", [f"text number {number}" for number in SHUFFLED]),
    "moments": ("when", MOMENTS),
    "days": ("played", [moment.date() for moment in MOMENTS]),
    "days as text": ("played", [moment.date().isoformat() for moment in MOMENTS]),
    "moments as text, repeated": ("seen", [MOMENTS[row // 10].isoformat() for row in range(ROWS)]),
    "epoch seconds": ("created_at", [int(MOMENTS[row].timestamp()) for row in SHUFFLED]),
    "epoch milliseconds": ("timestamp", [MOMENTS[row].timestamp() * 1000 + 0.5 for row in SHUFFLED]),
    "epoch seconds in order under another name": ("x", [int(moment.timestamp()) for moment in MOMENTS]),
    "days as numbers": ("date", [20_240_100 + int(row) % 28 for row in SHUFFLED]),
    "lists": ("positions", [[1, 2]] * ROWS),
}
FEATURES: dict[str, tuple[str, Sequence[Any]]] = {
    "measurements": ("points", RNG.normal(104, 12, ROWS)),
    "measurements in order": ("rating", np.sort(RNG.normal(size=ROWS))),
    "counts": ("rest_days", SHUFFLED % 4),
    "years": ("season", 2000 + SHUFFLED % 20),
    "money": ("income", RNG.integers(10_000, 200_000, ROWS)),
    "durations": ("flight_time", RNG.integers(40, 600, ROWS)),
    "many levels": ("city", [f"city {number % 200}" for number in SHUFFLED]),
    "flags": ("paid", SHUFFLED % 2 == 0),
    "0 and 1 under the name of an id": ("has_id", SHUFFLED % 2),
    "an index of prices": ("price_index", RNG.normal(100, 3, ROWS)),
    "a few levels under a name like an id": ("idea", [f"idea {number % 5}" for number in SHUFFLED]),
}


def setup(name: str, values: Sequence[Any]) -> DataDriftDetection:
    table = pa.table({name: pa.array(values), "control": RNG.normal(size=ROWS)})
    return DataDriftDetection().setup(reference_data=table)


@pytest.mark.parametrize("case", NO_FEATURES)
def test_ids_and_times_are_left_out_and_reported(case: str) -> None:
    name, values = NO_FEATURES[case]
    detection = setup(name, values)
    assert list(detection.reference.by_name) == ["control"]
    assert detection.left_out.keys() == {name}
    summary = detection.detect_drift(pa.table({"control": RNG.normal(size=ROWS)}))["summary"]
    assert summary["features_left_out"] == dict(detection.left_out)


@pytest.mark.parametrize("case", FEATURES)
def test_features_that_resemble_ids_or_times_are_watched(case: str) -> None:
    name, values = FEATURES[case]
    detection = setup(name, values)
    assert list(detection.reference.by_name) == [name, "control"]
    assert not detection.left_out


def test_explicitly_named_features_are_watched_even_if_they_are_ids() -> None:
    frame = pd.DataFrame({"game_id": SHUFFLED, "points": RNG.normal(size=ROWS)})
    config = {"features": [Feature("game_id", FeatureKind.NUMERIC)]}
    detection = DataDriftDetection(config).setup(reference_data=frame)
    assert (list(detection.reference.by_name), dict(detection.left_out)) == (["game_id"], {})


def test_a_table_that_has_only_ids_and_times_is_refused_with_the_reasons() -> None:
    with pytest.raises(WrongType, match="game_id: its name and values are those of an id") as error:
        DataDriftDetection().setup(reference_data=pa.table({"game_id": SHUFFLED, "day": [date(2024, 1, 1)] * ROWS}))
    assert "day: it holds times" in str(error.value)
