"""All faults of this folder share one model, because each brings the stage back to where it was."""

from collections.abc import Iterator
from typing import Literal

import pytest

from tests.faults.conftest import scope_of_models
from tests.faults.model import Model, added
from tests.integration.stage.conftest import Stage


def scope_of_the_model(fixture_name: str, config: pytest.Config) -> Literal["session", "package"]:
    """Return for how long the model is there: the quick fault uses the one that all quick faults share."""
    return "session" if scope_of_models(fixture_name, config) == "session" else "package"


@pytest.fixture(scope=scope_of_the_model)
def model(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Model]:
    if request.scope == "session":
        yield request.getfixturevalue("model")
        return
    with added(stage, "parcels_back") as there:
        yield there
