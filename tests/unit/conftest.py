"""What a command that ran in this process leaves behind is gone before the next test."""

from collections.abc import Iterator

import pytest

from courtside.cli import hints


@pytest.fixture(autouse=True)
def no_stage_is_named() -> Iterator[None]:
    """Start without the stage that an earlier test named; hints would repeat it."""
    token = hints.named_stage.set(None)
    yield
    hints.named_stage.reset(token)
