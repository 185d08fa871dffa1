"""All files of this kind share one model, because none of these faults may hurt it."""

from collections.abc import Iterator

import pytest

from tests.faults.model import Model, added
from tests.integration.stage.conftest import Stage


@pytest.fixture(scope="package")
def model(stage: Stage) -> Iterator[Model]:
    """Return a trained model that meets one failing dependency after another."""
    with added(stage, "dependencies") as there:
        yield there
