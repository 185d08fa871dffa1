"""A command that ran in the test process leaves nothing behind for the next test."""

from collections.abc import Iterator

import boto3
import pytest

from courtside.cli import hints


@pytest.fixture(autouse=True)
def nothing_is_named() -> Iterator[None]:
    """Start every test without the stage and the model that an earlier test named, because hints would repeat them."""
    tokens = [(named, named.set(None)) for named in (hints.named_stage, hints.named_model)]
    yield
    for named, token in tokens:
        named.reset(token)


@pytest.fixture(autouse=True)
def no_client_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start every test without the clients of an earlier one, which knew its credentials or were not real."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
