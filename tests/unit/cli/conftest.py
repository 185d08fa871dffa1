from pathlib import Path

import pytest

from tests.unit.cli.drift_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
