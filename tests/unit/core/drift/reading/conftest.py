from datetime import timedelta
from pathlib import Path

import pytest

from courtside.core.drift import Profile
from courtside.core.drift.reading import (
    fit_table,
)
from tests.unit.core.drift.reading.tables import FEATURES, FIRST, opened, rows, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "features"
    for number in range(10):
        day = FIRST + timedelta(days=number)
        write(root / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day))
    return root


@pytest.fixture
def reference(folder: Path) -> Profile:
    return fit_table(opened(folder), FEATURES, time_column="game_date").profile
