"""Texts as MLflow's database accepts them: PostgreSQL refuses some characters, and texts longer than their column.

The limits are MLflow's own (https://github.com/mlflow/mlflow/blob/master/mlflow/utils/validation.py and the columns of
its database models); every text that is logged goes through `taken`.
"""

from collections.abc import Mapping

NAME = 250
TAG = 5000
PARAM = 6000
DESCRIPTION = 5000
_CUT = "…"

UNFINISHED = (
    "Training {training} has registered this version and has not finished. If this still stands here later, the "
    "training broke off, and the version plays no part."
)
"""A version's description until its training has described it."""


def taken(text: str, limit: int) -> str:
    """Return the text with at most `limit` characters, all of which a database stores; a cut one ends in "…"."""
    storable = text.replace("\0", "").encode(errors="replace").decode()
    return storable if len(storable) <= limit else f"{storable[: limit - len(_CUT)]}{_CUT}"


def taken_values(values: Mapping[str, str], limit: int) -> dict[str, str]:
    """Return names with their values, each value as `taken`."""
    return {name: taken(value, limit) for name, value in values.items()}
