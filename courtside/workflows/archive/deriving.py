"""Keep rows in step with the documents that they are made from, reading only those that changed.

A file holds all rows of a day, and is written anew as a whole, so no query sees a half of it. What it was made from is
noted last: whoever is killed before that writes the same files once more.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from courtside.contracts.archive import ArchiveTable
from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import DerivedDocument, DerivedRows
from courtside.contracts.versioned import TooNew
from courtside.core.archive.rows import Row
from courtside.core.archive.schema import fitted, schema_of
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.lake_documents import DocumentDamaged, parsed_document
from courtside.workflows.ports import Lake
from courtside.workflows.reading_ahead import ahead

_READERS = 16
_MOST_TRIES = 10


class DerivingBusy(CourtsideError):
    """Others kept writing the rows of a table."""

    def __init__(self, table: str, model: str) -> None:
        self.table, self.model = table, model
        super().__init__(
            f"others kept writing the rows of {table} of {model}, so it is not known whether they are the newest; the "
            "next round of the watch writes them again"
        )


@dataclass(frozen=True, slots=True)
class Made:
    """The day of a document and the rows that are made from it, by the table that they belong to."""

    day: date
    rows: Mapping[str, Row]


@dataclass(frozen=True, slots=True)
class Document:
    """Something that rows are made from; `stamp` differs when it says something else.

    `made` is None for a document that is gone or says nothing.
    """

    name: str
    stamp: str
    made: Callable[[], Made | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a model that are made `of` a kind of documents, in one file a day of each of these tables.

    With `keeps`, the rows of documents that are gone stay, because their source forgets.
    """

    lake: Lake
    model: str
    of: str
    tables: tuple[ArchiveTable, ...]
    keeps: bool = False

    def follow(self, documents: Sequence[Document]) -> int:
        """Write the files of the days in which something changed, and return how many days those were.

        Raises `DerivingBusy` and what reading a document raises.
        """
        unsure: set[date] = set()
        for _ in range(_MOST_TRIES):
            step = _Step(self, documents, *self._noted())
            days = step.changed_days() | unsure
            if not days:
                return 0
            step.write(days)
            if step.note():
                return len(days)
            unsure |= days  # somebody else noted something meanwhile, so either may have written these days last
        raise DerivingBusy(self.tables[0].name, self.model)

    @property
    def note_key(self) -> str:
        """Where it is noted what the rows are made from."""
        return self.tables[0].derived_from(self.model, self.of)

    def _noted(self) -> tuple[DerivedRows, str | None]:
        """Return what is noted, with its stamp; a note that cannot be read is made anew."""
        found = self.lake.stamped(self.note_key)
        if found is None:
            return DerivedRows(), None
        try:
            return parsed_document(DerivedRows, found.content, uri=self.lake.uri(self.note_key)), found.stamp
        except (DocumentDamaged, TooNew):
            return DerivedRows(), found.stamp


@dataclass(slots=True)
class _Step:
    """One attempt: what was noted before, and what is known now."""

    rows: Rows
    documents: Sequence[Document]
    noted: DerivedRows
    stamp: str | None
    _made: dict[str, Made | None] = field(default_factory=dict)

    def changed_days(self) -> set[date]:
        """Return the days whose rows are not those of the documents any more."""
        before = self.noted.documents
        changed = [each for each in self.documents if each.name not in before or before[each.name].stamp != each.stamp]
        self._make(changed)
        days = {made.day for each in changed if (made := self._made[each.name]) is not None}
        days |= {before[each.name].day for each in changed if each.name in before}
        gone = set() if self.rows.keeps else set(before) - {each.name for each in self.documents}
        return days | {before[name].day for name in gone}

    def write(self, days: Iterable[date]) -> None:
        """Write the rows of these days."""
        wanted, before = set(days), self.noted.documents
        self._make([each for each in self.documents if each.name not in self._made and before[each.name].day in wanted])
        for day in sorted(wanted):
            made = [found for _, found in sorted(self._made.items()) if found is not None and found.day == day]
            for table in self.rows.tables:
                self._write(table, day, [each.rows[table.name] for each in made if table.name in each.rows])

    def note(self) -> bool:
        """Note what the rows are made from now, unless somebody else noted something meanwhile; return whether."""
        known = dict(self.noted.documents) if self.rows.keeps else {}
        for each in self.documents:
            made = self._made.get(each.name)
            if each.name not in self._made:
                known[each.name] = self.noted.documents[each.name]
            elif made is not None:
                known[each.name] = DerivedDocument(stamp=each.stamp, day=made.day)
        content = DerivedRows(documents=known).model_dump_json().encode()
        lake, key = self.rows.lake, self.rows.note_key
        return lake.claim(key, content) if self.stamp is None else lake.replace(key, content, stamp=self.stamp)

    def _make(self, documents: Iterable[Document]) -> None:
        self._made |= {each.name: made for each, made in ahead(lambda one: one.made(), documents, at_once=_READERS)}

    def _write(self, table: ArchiveTable, day: date, rows: Sequence[Row]) -> None:
        lake, key = self.rows.lake, table.derived_file(self.rows.model, day, self.rows.of)
        news = pa.Table.from_pylist(list(rows), schema=schema_of(table))
        if not self.rows.keeps:
            lake.write(key, parquet_content(news))
            return
        for _ in range(_MOST_TRIES):  # what somebody else writes meanwhile may be a row that nothing else knows
            found = lake.stamped(key)
            before = _kept(found.content, news) if found is not None else news.slice(0, 0)
            content = parquet_content(pa.concat_tables([news, before]))
            if lake.claim(key, content) if found is None else lake.replace(key, content, stamp=found.stamp):
                return
        raise DerivingBusy(table.name, self.rows.model)


def _kept(content: bytes, news: pa.Table) -> pa.Table:
    """Return the rows of a file whose id is not among those that are written; a damaged file has none."""
    try:
        before = fitted(read_parquet_content(content), news.schema)
    except (pa.ArrowException, ValueError):
        return news.slice(0, 0)
    known = set(news.column("id").to_pylist())
    return before.filter(pa.array([each not in known for each in before.column("id").to_pylist()], pa.bool_()))
