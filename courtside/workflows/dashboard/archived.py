"""What the archives of a model say, month by month: past months are kept as notes, so a page reads only what is new."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys, drift_keys, lake_keys
from courtside.contracts.archive import FIRST_DAY, TABLES
from courtside.contracts.records import DecisionRecord
from courtside.contracts.versioned import TooNew
from courtside.core.archive.schema import DAY
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
from courtside.workflows.archive.read import Archive
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead

_READERS = 16
_READ = {"drift": DRIFT_COLUMNS, "performance": PERFORMANCE_COLUMNS, "estimates": ESTIMATE_COLUMNS}
_YEAR_AND_MONTH = len("2026-11")
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

    def years_outside(self, start: date, end: date) -> list[int]:
        """Return the years that have anything before the day `start` or from the day `end` on, oldest first."""
        return sorted({day.year for day in self._days(*self._keys) if not start <= day < end})

    @property
    def newest_day(self) -> date | None:
        """The newest day of data that was checked or judged; None where none was. People may decide at any time."""
        return max(self._days(lake_keys.drift_rows_of(self.model), lake_keys.performance(self.model)), default=None)

    @property
    def newest_window(self) -> date | None:
        """The first day of the newest window about whose performance anything was said."""
        return max(self._days(lake_keys.performance(self.model)), default=None)

    def _days(self, *prefixes: str) -> Iterator[date]:
        keys = (key for prefix in prefixes for of_month in self._keys.get(prefix, {}).values() for key in of_month)
        return (day for key in keys if (day := _day_of(key)) is not None)

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
        """Return these months; those that are over are read once and then kept as notes, unless a decision is damaged.

        Raises `LogDamaged` for a file of an archive that cannot be read.
        """
        found = {name: kept for name, kept in ahead(self._kept, names, at_once=_READERS) if kept is not None}
        missing = [name for name in names if name not in found]
        for name, month in self._read(missing) if missing else ():
            found[name] = month
            if self.is_settled(name) and len(month.decisions) == len(self._decided(name)):
                self._keep(name, month)
        return [found[name] for name in names]

    def _kept(self, name: _Name) -> Month | None:
        """Return a month that was kept, None where it was made from other objects, or may be written again."""
        if not self.is_settled(name):
            return None
        try:
            said = json.loads(self.lake.read(dashboard_keys.month_note(self.model, *name)))
            return _MONTH.validate_python(said["month"]) if said["digest"] == self.digest([name]) else None
        except (ObjectMissing, ValidationError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, name: _Name, month: Month) -> None:
        said = {"digest": self.digest([name]), "month": _MONTH.dump_python(month, mode="json")}
        content = json.dumps(said, separators=(",", ":")).encode()
        self.lake.write(dashboard_keys.month_note(self.model, *name), content)

    def is_settled(self, name: _Name) -> bool:
        """Tell whether nothing of a month is written again."""
        return date(*name, 1) + timedelta(days=31) + SETTLED <= self.today

    def _read(self, names: Sequence[_Name]) -> Iterator[tuple[_Name, Month]]:
        """Yield these months, in order of time; the archives are read once for all of them."""
        start, end = date(*names[0], 1), date(*names[-1], 1) + timedelta(days=31)
        archive = Archive(self.lake)
        drift, performance, estimates = (
            _by_month_of_rows(archive.read(TABLES[table], self.model, start, end, (*columns, DAY)))
            for table, columns in _READ.items()
        )
        for name in names:
            pages = frozenset(self._of(drift_keys.drift_reports(self.model), name))
            yield (
                name,
                Month(
                    checks=checks_of(self.model, drift(name), pages=pages),
                    decisions=tuple(self._decisions(name, pages)),
                    points=points_of(performance(name), estimates(name)),
                ),
            )

    def _decisions(self, name: _Name, pages: frozenset[str]) -> list[DecisionLine]:
        lines = []
        for _, record in ahead(self._decision, self._decided(name), at_once=_READERS):
            if record is not None:
                page = drift_keys.drift_page(self.model, record.window.end, record.check_id)
                lines.append(decision_line(record, report_key=page if page in pages else ""))
        return sorted(lines, key=lambda each: each.decided_at)

    def _decided(self, name: _Name) -> list[str]:
        """Return the keys of a month's decisions, without those that were computed later."""
        keys = self._of(lake_keys.decisions(self.model), name)
        return [key for key in keys if lake_keys.decision_of(key) and not lake_keys.is_backfilled(key)]

    def _decision(self, key: str) -> DecisionRecord | None:
        """Return a decision, None for one that cannot be read, which `courtside runs list` shows with the reason."""
        try:
            return read_document(DecisionRecord, key, lake=self.lake)
        except (DocumentDamaged, ObjectMissing, TooNew):
            return None

    def _of(self, prefix: str, name: _Name) -> list[str]:
        return self._keys.get(prefix, {}).get(name, [])


def _by_month(keys: Iterable[str]) -> dict[_Name, list[str]]:
    found: dict[_Name, list[str]] = {}
    for key in keys:
        if (day := _day_of(key)) is not None:
            found.setdefault((day.year, day.month), []).append(key)
    return found


def _day_of(key: str) -> date | None:
    """Return the day that a key names, None where it names none, or one that no archive can have."""
    found = _DAY.search(key)
    try:
        day = None if found is None else date.fromisoformat(found[1])
    except ValueError:  # digits that are not a day
        return None
    return day if day is not None and day >= FIRST_DAY and day.year < date.max.year else None


def _by_month_of_rows(rows: pa.Table) -> Callable[[_Name], pa.Table]:
    """Return what finds the rows of a month by the day that their file's key says."""
    months: Any = pc.utf8_slice_codeunits(rows.column(DAY), 0, _YEAR_AND_MONTH)
    return lambda name: rows.filter(pc.equal(months, pa.scalar(f"{name[0]:04d}-{name[1]:02d}")))
