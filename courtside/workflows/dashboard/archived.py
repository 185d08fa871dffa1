"""What the archives of a model say, month by month: past months are kept as notes, so a page reads only what is new."""

import json
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys, drift_keys, lake_keys
from courtside.contracts.records import DecisionRecord
from courtside.contracts.versioned import TooNew
from courtside.core.archive_schemas import ESTIMATES, PERFORMANCE
from courtside.core.dashboard.lines import decision_line
from courtside.core.dashboard.months import (
    DRIFT_COLUMNS,
    ESTIMATE_COLUMNS,
    PERFORMANCE_COLUMNS,
    Month,
    checks_of,
    points_of,
)
from courtside.core.dashboard.views import DecisionLine
from courtside.core.parquet import read_parquet_content
from courtside.workflows.drift_archive import ROWS_SCHEMA
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead

_READERS, _MONTHS_AT_ONCE = 16, 4
_FORMAT = "1"
"""It is raised when months are read in another way, so that none is shown as it was read before."""
SETTLED = timedelta(days=40)
"""A month that ended so long ago is written by nobody but under new keys; until then records are written again."""
_DAY = re.compile(r"/dt=(\d{4}-\d\d-\d\d)/")
_MONTH = TypeAdapter(Month)

_Name = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Archived:
    """The archives of a model as they are listed at one moment; nothing is read until a month is asked for."""

    model: str
    lake: Lake
    today: date
    _keys: dict[str, dict[_Name, list[str]]] = field(default_factory=dict, repr=False)

    @classmethod
    def listed(cls, model: str, *, lake: Lake, today: date) -> "Archived":
        """List the archives of a model."""
        prefixes = [
            lake_keys.drift_rows_of(model),
            lake_keys.decisions(model),
            lake_keys.performance(model),
            lake_keys.estimates(model),
            drift_keys.drift_reports(model),
        ]
        with ThreadPoolExecutor(len(prefixes)) as pool:
            listed = dict(zip(prefixes, pool.map(lake.keys, prefixes), strict=True))
        return cls(model, lake, today, {prefix: _by_month(keys) for prefix, keys in listed.items()})

    @property
    def names(self) -> list[_Name]:
        """The months that have anything, oldest first, each as its year and number."""
        return sorted({name for of_prefix in self._keys.values() for name in of_prefix})

    @property
    def years(self) -> list[int]:
        """The years that have anything, oldest first."""
        return sorted({year for year, _ in self.names})

    @property
    def newest_day(self) -> date | None:
        """The newest day that the archives say something about, None where there is none."""
        names = self.names
        keys = [key for of_prefix in self._keys.values() for key in of_prefix.get(names[-1], [])] if names else []
        return max((date.fromisoformat(day[1]) for key in keys if (day := _DAY.search(key))), default=None)

    def between(self, start: date, end: date) -> list[_Name]:
        """Return the months that have a day from `start` to `end`, `end` not included."""
        last = end - timedelta(days=1)
        return [name for name in self.names if (start.year, start.month) <= name <= (last.year, last.month)]

    def digest(self, names: Iterable[_Name]) -> str:
        """Return what tells the objects that these months are read from, by their keys, from any others."""
        keys = [key for name in names for of_prefix in self._keys.values() for key in of_prefix.get(name, [])]
        return sha256("\n".join([_FORMAT, *keys]).encode()).hexdigest()

    @property
    def statements(self) -> str:
        """What tells the statements of performance that there are from any others."""
        of_prefix = self._keys.get(lake_keys.performance(self.model), {})
        return sha256("\n".join(key for keys in of_prefix.values() for key in keys).encode()).hexdigest()

    def months(self, names: Sequence[_Name]) -> list[Month]:
        """Return these months; those that are over are read once and then kept as notes."""
        with ThreadPoolExecutor(_MONTHS_AT_ONCE) as pool:
            return list(pool.map(self._month, names))

    def _month(self, name: _Name) -> Month:
        if not self.is_settled(name):
            return self._read(name)
        digest, key = self.digest([name]), dashboard_keys.month_note(self.model, *name)
        kept = _kept(key, digest, lake=self.lake)
        if kept is None:
            kept = self._read(name)
            said = {"digest": digest, "month": _MONTH.dump_python(kept, mode="json")}
            self.lake.write(key, json.dumps(said, separators=(",", ":")).encode())
        return kept

    def is_settled(self, name: _Name) -> bool:
        """Tell whether nothing of a month is written again."""
        return date(*name, 1) + timedelta(days=31) + SETTLED <= self.today

    def _read(self, name: _Name) -> Month:
        model, pages = self.model, frozenset(self._of(drift_keys.drift_reports(self.model), name))
        drift = self._table(lake_keys.drift_rows_of(model), name, ROWS_SCHEMA, DRIFT_COLUMNS)
        performance = self._table(lake_keys.performance(model), name, PERFORMANCE, PERFORMANCE_COLUMNS)
        estimates = self._table(lake_keys.estimates(model), name, ESTIMATES, ESTIMATE_COLUMNS)
        return Month(
            checks=checks_of(model, drift, pages=pages),
            decisions=tuple(self._decisions(name, pages)),
            points=points_of(performance, estimates),
        )

    def _decisions(self, name: _Name, pages: frozenset[str]) -> list[DecisionLine]:
        keys = [key for key in self._of(lake_keys.decisions(self.model), name) if not lake_keys.is_backfilled(key)]
        lines = []
        for _, record in ahead(self._decision, keys, at_once=_READERS):
            if record is not None:
                page = drift_keys.drift_page(self.model, record.window.end, record.check_id)
                lines.append(decision_line(record, report_key=page if page in pages else ""))
        return sorted(lines, key=lambda each: each.decided_at)

    def _decision(self, key: str) -> DecisionRecord | None:
        """Return a decision, None for one that cannot be read, which `courtside runs list` shows with the reason."""
        try:
            return read_document(DecisionRecord, key, lake=self.lake)
        except (DocumentDamaged, ObjectMissing, TooNew):
            return None

    def _table(self, prefix: str, name: _Name, schema: pa.Schema, columns: Sequence[str]) -> pa.Table:
        keys = [key for key in self._of(prefix, name) if key.endswith(".parquet")]
        wanted = pa.schema([schema.field(column) for column in columns])
        read = ahead(lambda key: read_parquet_content(self.lake.read(key), columns=columns), keys, at_once=_READERS)
        return pa.concat_tables([wanted.empty_table(), *(table.select(columns).cast(wanted) for _, table in read)])

    def _of(self, prefix: str, name: _Name) -> list[str]:
        return self._keys.get(prefix, {}).get(name, [])


def _by_month(keys: Iterable[str]) -> dict[_Name, list[str]]:
    found: dict[_Name, list[str]] = {}
    for key in keys:
        if (day := _DAY.search(key)) is not None:
            year, month, _ = day[1].split("-")
            found.setdefault((int(year), int(month)), []).append(key)
    return found


def _kept(key: str, digest: str, *, lake: Lake) -> Month | None:
    """Return the month that was kept under a key, None where it was made from other objects or cannot be read."""
    try:
        said = json.loads(lake.read(key))
        return _MONTH.validate_python(said["month"]) if said["digest"] == digest else None
    except (ObjectMissing, ValidationError, ValueError, KeyError, TypeError):
        return None
