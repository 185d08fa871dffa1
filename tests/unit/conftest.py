"""A command that ran in the test process leaves nothing behind for the next test."""

from collections.abc import Iterator

import pytest

from courtside.cli import hints


@pytest.fixture(autouse=True)
def no_stage_is_named() -> Iterator[None]:
    """Start every test without the stage that an earlier test named, because hints would repeat it."""
    token = hints.named_stage.set(None)
    yield
    hints.named_stage.reset(token)
