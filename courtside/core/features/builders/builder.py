"""What a builder is."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Builder:
    """Named code that builds a contract's features from raw rows, by what is known before each row.

    `build` returns a row for each raw row that has features, with all columns that the builder knows; a contract names
    those of them that its models read. `seasons_before` is how many seasons before the first one that is asked for
    the features look back on (None: all that there are).
    """

    name: str
    build: Callable[[pa.Table], pa.Table]
    seasons_before: int | None
