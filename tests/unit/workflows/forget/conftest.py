"""A model that has lived for a while, of which every test has a copy."""

import pytest

from tests.unit.workflows.forget.life import Life, a_life


@pytest.fixture(scope="module")
def lived() -> Life:
    return a_life()


@pytest.fixture
def life(lived: Life) -> Life:
    return lived.copy()
