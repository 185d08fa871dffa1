"""Which rows came when, as a table that is only ever added to: what was known on a day can be read from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

MOMENT = pa.timestamp("us", "UTC")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One load: its id, when it came, from which file, and that file's ETag if it arrived by itself."""

    load: str
    at: datetime
    file: str
    etag: str | None


def logged(
    rows: pa.Table, delivery: Delivery, *, revisions: Sequence[int], first_seen: Sequence[datetime | None]
) -> pa.Table:
    """Return the rows that a load brought, with the columns ``arrived_…`` that say when, from where and how often.

    A row that came for the first time has revision 1; `first_seen` is None where nobody knows when that was.
    """
    count = rows.num_rows
    columns: dict[str, Any] = {
        "arrived_at": pa.array([delivery.at] * count, MOMENT),
        "arrived_first": pa.array(first_seen, MOMENT),
        "arrived_revision": pa.array(revisions, pa.int32()),
        "arrived_file": pa.array([delivery.file] * count, pa.string()),
        "arrived_etag": pa.array([delivery.etag] * count, pa.string()),
        "arrived_load": pa.array([delivery.load] * count, pa.string()),
    }
    columns |= {name: rows.column(name) for name in rows.column_names if name not in columns}
    return pa.table(columns)
