"""All faults of this folder share one model, because each brings the stage back to where it was."""

from collections.abc import Iterator

import pytest

from tests.faults.model import Model, added
from tests.integration.stage.conftest import Stage


@pytest.fixture(scope="package")
def model(stage: Stage) -> Iterator[Model]:
    with added(stage, "parcels_back") as there:
        yield there
