"""Read every version of every object that may hold something of a model, and say which of them hold a wanted id."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import unquote

import pyarrow as pa
from pyarrow import fs

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import FeatureTable
from courtside.core.drift.reading.partitions import partitions_of
from courtside.core.drift.reading.table import TableFile
from courtside.core.forget import Searched, Wanted, searched
from courtside.core.forget.content import UNREADABLE as FILE_UNREADABLE
from courtside.core.forget.content import copies_of
from courtside.core.forget.rows import KnownRows, columns_looked_at, rows_about
from courtside.core.forget.wanted import MASK
from courtside.workflows.forget.places import (
    Place,
    Treatment,
    is_of_many_formats,
    is_of_model,
    others,
    place_of,
    sources,
)
from courtside.workflows.ports import ObjectMissing, ObjectVersion, VersionedLake
from courtside.workflows.receivers import on_disk
from courtside.workflows.smoke import EXPECTED

UNREADABLE = (*FILE_UNREADABLE, BadInput)
"""What reading an object raises that is damaged, or that no reader of the model's files takes."""
_AT_ONCE = 16
_SAID_EVERY = 200

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Held:
    """An object version that holds a wanted id: so many rows about it, and so many mentions in texts."""

    version: ObjectVersion
    place: Place
    rows: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Unread:
    """An object version that could not be searched, and why."""

    version: ObjectVersion
    reason: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found: `versions` object versions of `size` bytes were read below `prefixes`."""

    prefixes: tuple[str, ...]
    versions: int
    size: int
    held: tuple[Held, ...]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for wanted ids in all that the lake holds of a model.

    `legacy_set` says that the model writes, or once wrote, the files that older readers know. `known` are the rows that
    were found by their ids, in this search and earlier ones.
    """

    lake: VersionedLake
    dataset: Dataset
    wanted: Wanted
    progress: Progress
    legacy_set: bool = False
    known: KnownRows = field(default_factory=KnownRows)

    def everywhere(self) -> Findings:
        """Search every version of every object, rows with ids first."""
        model = self.dataset.name
        prefixes = (sources(model), others(model, legacy_set=self.legacy_set))
        held: list[Held] = []
        unread: list[Unread] = []
        count, size = 0, 0
        for part in prefixes:
            versions = [each for prefix in part for each in self.lake.versions(prefix) if is_of_model(each.key, model)]
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for found in pool.map(self._looked_at, versions):
                    count += 1
                    if count % _SAID_EVERY == 0:
                        self.progress(f"Read {count:,} object versions")
                    held += [found] if isinstance(found, Held) else []
                    unread += [found] if isinstance(found, Unread) else []
            size += sum(each.size for each in versions)
        return Findings((*prefixes[0], *prefixes[1]), count, size, tuple(held), tuple(unread))

    def _looked_at(self, version: ObjectVersion) -> Held | Unread | None:
        place = self.place(version.key)
        if version.removed:
            return Held(version, place, 0, 1) if self.is_named(version.key) else None
        try:
            found = self.of(version.key, self.lake.read(version.key, version_id=version.version_id))
        except ObjectMissing:  # removed since it was listed
            return None
        except UNREADABLE as error:
            return Unread(version, (str(error) or type(error).__name__).splitlines()[0])
        named = found.mentions + self.is_named(version.key)
        return Held(version, place, found.rows, named) if found.rows or named else None

    def place(self, key: str) -> Place:
        """Return what is done with an object: one whose key names an id is removed, as no key can be rewritten."""
        place = place_of(key)
        named = self.is_named(key) and place.treatment is not Treatment.LOOKED_AT
        return Place(place.name, Treatment.REMOVED, place.turn) if named else place

    def is_named(self, key: str) -> bool:
        """Say whether a key names a wanted id, in a text or as the value of a folder."""
        folders = self._folders(key)
        values = tuple(folders.get(name) for name in self.wanted.columns)
        return values in self.wanted.values or any(self._names(folder) for folder in key.split("/"))

    def _names(self, folder: str) -> bool:
        name, _, value = folder.partition("=")
        found = self.wanted.mentioned(folder)
        return found > 0 and (name not in self.wanted.columns or self.wanted.is_id(unquote(value)))

    def masked(self, key: str) -> str:
        """Return a key as a record may name it: without the ids that are part of it."""
        masked = self.wanted.masked(key)
        if masked != key or not self.is_named(key):
            return masked
        names = tuple(f"{name}=" for name in self.wanted.columns)
        return "/".join(MASK if folder.startswith(names) else folder for folder in key.split("/"))

    def of(self, key: str, content: bytes) -> Searched:
        """Return what an object holds; raises one of `UNREADABLE`."""
        if place_of(key).treatment is Treatment.WITHOUT_COPIES:
            return copies_of(content, self.known, besides=EXPECTED)
        if is_of_many_formats(key):
            return self._of_file(key, content)
        of_query = key.startswith(lake_keys.QUERY_RESULTS_PREFIX)
        found = searched(key, content, self.wanted, folders=self._folders(key), any_column=of_query)
        if found.found is not None and key.startswith(sources(self.dataset.name)):
            self.known.add(found.found)
        return found

    def _folders(self, key: str) -> dict[str, str | None]:
        prefix = next((each for each in sources(self.dataset.name) if key.startswith(each)), None)
        return {} if prefix is None else partitions_of(key.removeprefix(prefix))

    def _of_file(self, key: str, content: bytes) -> Searched:
        """Search a file as somebody wrote it, read as it would be taken in; what cannot be read is searched as text."""
        mentions = searched(f"{key}.txt", content, self.wanted).mentions if not content.startswith(b"PAR1") else 0
        try:
            rows = self._rows_of_file(key.rpartition("/")[2], content)
        except BadInput:
            if mentions or len(self.wanted.telling) == len(self.wanted.values):
                return Searched(mentions=mentions)
            raise
        return Searched(rows=rows, mentions=0 if rows else mentions)

    def _rows_of_file(self, name: str, content: bytes) -> int:
        with on_disk(content, name, command=f"courtside tables load --model {self.dataset.name}") as path:
            file = TableFile(str(path), name)
            table = FeatureTable(fs.LocalFileSystem(), name, (file,), single=True).meant(self.dataset)
            table.require_readable()
            table = table.of(columns_looked_at(table.column_names, self.wanted))
            batches = [each for file in table.files for each in table.batches(file)] if table.columns else []
            return sum(rows_about(pa.Table.from_batches([each]), self.wanted).true_count for each in batches)


def by_key(held: Sequence[Held]) -> dict[str, list[Held]]:
    """Return the findings by their keys, in the turns in which they are erased."""
    found: dict[str, list[Held]] = {}
    for each in sorted(held, key=lambda each: (each.place.turn, each.version.key)):
        found.setdefault(each.version.key, []).append(each)
    return found


def by_place(held: Iterable[Held]) -> dict[Place, list[Held]]:
    """Return the findings by the places where they lie, by name."""
    found: dict[Place, list[Held]] = {}
    for each in sorted(held, key=lambda each: each.place.name):
        found.setdefault(each.place, []).append(each)
    return found
