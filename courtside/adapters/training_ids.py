"""Ids of trainings that a person starts."""

import secrets
from datetime import UTC, datetime


def new_training_id(kind: str) -> str:
    """Return `<kind>-<now>-<random>`: ids sort by time, and two that are made in the same second differ."""
    return f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
