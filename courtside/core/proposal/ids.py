"""Which columns tell a table's rows apart, and which say what rows hang together."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts.shortening import listed
from courtside.core.drift.columns.kinds import NoFeature, Use

FEWEST_ENTITIES = 5
ROWS_PER_ENTITY = 2


@dataclass(frozen=True, slots=True)
class IdGuess:
    """The columns that tell rows apart (with the time column, where there is one), and the entities of the features.

    `others` says of the other ids why they are none of these.
    """

    columns: tuple[str, ...]
    reason: str
    entities: tuple[str, ...]
    entities_reason: str
    others: Mapping[str, str]


def guessed_ids(table: pa.Table, unfit: Mapping[str, NoFeature], *, time_column: str | None) -> IdGuess:
    """Choose among the columns that are ids by name or values; `unfit` are the columns that are no features."""
    ids = {name: why.reason for name, why in unfit.items() if why.use is Use.ID}
    whole = [name for name in ids if not table.column(name).null_count]
    alone = next((name for name in whole if _told_apart(table, [name])), None)
    entity = next((name for name in whole if name != alone and _repeats(table, name)), None)
    columns, reason = _columns(table, alone, entity, time_column, ids)
    entities = (entity,) if entity else ()
    about = f"rows of one {entity} hang together, as it repeats ({ids[entity]})" if entity else ""
    others = {name: why for name, why in ids.items() if name not in columns}
    return IdGuess(columns, reason, entities, about, others)


def _columns(
    table: pa.Table, alone: str | None, entity: str | None, time_column: str | None, ids: Mapping[str, str]
) -> tuple[tuple[str, ...], str]:
    if alone:
        return (alone,), "it looks like an id, and no two rows have the same value"
    if entity and time_column and _told_apart(table, [entity, time_column]):
        return (entity,), f"together with {time_column} it tells every row from the others"
    looked = f"({listed(list(ids))}) " if ids else ""
    return (), f"no column {looked}tells every row from the others"


def _told_apart(table: pa.Table, columns: list[str]) -> bool:
    groups: int = table.select(columns).group_by(columns, use_threads=False).aggregate([]).num_rows
    return table.num_rows > 0 and groups == table.num_rows


def _repeats(table: pa.Table, column: str) -> bool:
    different = len(table.column(column).unique())
    return different >= FEWEST_ENTITIES and table.num_rows >= ROWS_PER_ENTITY * different
