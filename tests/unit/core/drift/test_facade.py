"""The facade offers the interface of the system that Courtside replaces."""

from datetime import date

import pandas as pd
import pyarrow as pa
import pytest

from courtside.core.dataset import FeatureKind
from courtside.core.drift import (
    DataDriftDetection,
)
from courtside.core.drift.errors import (
    DuplicateColumns,
    EmptyWindow,
    MissingColumns,
    ThresholdInvalid,
    UnreadableTable,
    WrongType,
)
from courtside.core.drift.facade import ConfigInvalid, SetupMissing
from tests.unit.core.drift.game_table import games


def test_the_facade_takes_pandas_frames() -> None:
    frame, later = games().to_pandas(), games(800, shift=7.1).to_pandas()
    detection = DataDriftDetection({"thresholds": ["win.psi=.5"]}).setup(reference_data=frame)
    kinds = {column.name: column.kind for column in detection.reference.columns}
    assert kinds == {
        "points": FeatureKind.NUMERIC,
        "rest": FeatureKind.NUMERIC,
        "venue": FeatureKind.CATEGORICAL,
        "win": FeatureKind.BINARY,
    }
    result = detection.detect_drift(later)
    assert result["summary"]["features_drifted"] == ["points"]
    assert [alert["feature"] for alert in result["alerts"]] == ["points"]
    assert result["features"]["points"]["ks"] > 0.1


def test_the_facade_reports_an_integer_column_that_became_text() -> None:
    detection = DataDriftDetection().setup(reference_data=games().to_pandas())
    later = games(800).to_pandas().assign(rest="three")
    assert detection.detect_drift(later)["features"]["rest"]["verdict"] == "wrong_type"


def test_the_facade_refuses_unusable_input_with_named_errors() -> None:
    with pytest.raises(SetupMissing):
        DataDriftDetection().detect_drift(games())
    with pytest.raises(ConfigInvalid, match="psi_treshold"):
        DataDriftDetection({"psi_treshold": 0.3})
    with pytest.raises(ThresholdInvalid):
        DataDriftDetection({"thresholds": ["nobody.psi=.3"]}).setup(reference_data=games())
    detection = DataDriftDetection().setup(reference_data=games())
    twice = pd.DataFrame([[1.0, 2.0]], columns=["points", "points"])
    with pytest.raises(DuplicateColumns, match="points"):
        detection.detect_drift(twice)
    with pytest.raises(UnreadableTable):
        detection.detect_drift(pd.DataFrame({"points": [1.0, "two"]}))
    with pytest.raises(MissingColumns):
        detection.detect_drift(pd.DataFrame({"score": [1.0]}))
    with pytest.raises(EmptyWindow):
        detection.detect_drift(games().slice(0, 0))
    with pytest.raises(WrongType, match="at least one column"):
        DataDriftDetection().setup(reference_data=pa.table({"day": [date(2024, 1, 1)]}))
    for nothing in (pd.DataFrame(), games().slice(0, 0)):
        with pytest.raises(EmptyWindow, match="reference"):
            DataDriftDetection().setup(reference_data=nothing)
