"""How the content of a file that arrived becomes rows of a model: one receiver for tables, one for games."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from courtside.contracts.errors import BadInput
from courtside.contracts.loads import LoadState
from courtside.core.dataset import Dataset
from courtside.core.drift.errors import MissingColumns
from courtside.core.drift.reading import FeatureTable
from courtside.core.drift.reading.foreign import OFFICE_SUFFIXES
from courtside.core.drift.reading.formats.delimited import COMPRESSIONS
from courtside.core.drift.reading.formats.footer import require_shallow
from courtside.core.drift.reading.formats.recognition import ARROW_SUFFIXES, CSV_SUFFIXES, PARQUET_SUFFIXES
from courtside.core.drift.reading.table import TableFile
from courtside.core.drift.reading.unpacked import RowsTooLarge
from courtside.core.games.merge import GameKey, GamesClash
from courtside.core.games.read import WrittenGames, read_written
from courtside.core.games.schema import CANCELLED, GAME_COLUMNS
from courtside.core.games.sorting_out import sort_out_games
from courtside.core.rows.sorting_out import TooManyWrongRows, sort_out
from courtside.workflows.arrival import Arrival
from courtside.workflows.game_loads import load_games
from courtside.workflows.loads import read_loads
from courtside.workflows.ports import Lake
from courtside.workflows.table_arrivals import finish, load_arrival
from courtside.workflows.tables import TableEmpty, TableRows, table_content

MOST_BYTES = 30 * 2**20
MOST_UNPACKED_BYTES = 200 * 2**20
_BYTES_AT_A_TIME = 2**20
_MAGIC_BYTES, _PARQUET = 4, b"PAR1"
_SUFFIXES = sorted((*PARQUET_SUFFIXES, *CSV_SUFFIXES, *ARROW_SUFFIXES, *OFFICE_SUFFIXES, ".gz"), key=len, reverse=True)


class FileTooLarge(BadInput):
    """A file is larger than a function can take in; `size` is None where nobody unpacked it to its end."""

    def __init__(self, size: int | None, limit: int, *, command: str) -> None:
        self.size = size
        holds = "more once it is unpacked" if size is None else f"{size / 2**20:,.0f} MiB"
        super().__init__(
            f"it holds {holds}, and only files of up to {limit / 2**20:,.0f} MiB are taken in by themselves; split it, "
            f"or load it with `{command}`"
        )


class NotUnderstood(BadInput):
    """A file holds something that nobody foresaw: it must not keep the files after it out."""

    def __init__(self, name: str, error: Exception) -> None:
        self.error = error
        detail = (str(error) or type(error).__name__).splitlines()[0]
        super().__init__(f"{name} cannot be read ({type(error).__name__}: {detail}); write it in plain columns")


@dataclass(frozen=True, slots=True)
class Received:
    """What a file brought: its load (None: nothing new), its rows by what is known of them, and the wrong ones.

    `wrong` has the columns ``row`` and ``reason``; `coming` counts games without a score.
    """

    load: str | None
    wrong: pa.Table
    new: int = 0
    changed: int = 0
    same: int = 0
    coming: int = 0


class Receiver(Protocol):
    """Takes the rows of files that arrived into the lake."""

    @property
    def command(self) -> str:
        """The command that loads a file by hand."""
        ...

    def receive(self, content: bytes, arrival: Arrival, *, lake: Lake, now: datetime) -> Received:
        """Load what is new in a file; raises a `BadInput` that says what is wrong with all of it."""
        ...

    def settle(self, *, lake: Lake) -> None:
        """Finish the loads of arrivals that broke off."""
        ...


@dataclass(frozen=True, slots=True)
class TableReceiver:
    """Takes in the rows of a table that holds the features already."""

    dataset: Dataset

    @property
    def command(self) -> str:
        """The command that loads a file by hand."""
        return f"courtside tables load --model {self.dataset.name}"

    def receive(self, content: bytes, arrival: Arrival, *, lake: Lake, now: datetime) -> Received:
        """Load the rows that are new or changed, whatever format the file has."""
        source = TableRows(self.dataset)
        with on_disk(content, _name(arrival), command=self.command) as path:
            file = TableFile(str(path), arrival.file.path)
            table = FeatureTable(fs.LocalFileSystem(), arrival.file.path, (file,), single=True).meant(self.dataset)
            table.require_readable()
            missing = [name for name in self.dataset.columns if name not in table.column_names]
            if missing:
                raise MissingColumns(missing, table.column_names, part=self.dataset.parts_naming(missing))
            rows = self._comparable(source.read(arrival.file.path, self._unpacked(table)))
            if not rows.num_rows:
                raise TableEmpty(arrival.file.path)
            try:
                sorted_out = sort_out(rows, self.dataset)
            except pa.ArrowException:  # a type that nothing can be done with: the contract says which are right
                source.check(rows)
                raise
            source.check(sorted_out.good)
        done = load_arrival(sorted_out.good, arrival, lake=lake, dataset=self.dataset, now=now)
        same = done.same + sorted_out.copies
        return Received(done.load.id if done.load else None, sorted_out.wrong, done.new, done.changed, same)

    def _unpacked(self, table: FeatureTable) -> bytes:
        try:
            return table_content(table, self.dataset, most=MOST_UNPACKED_BYTES)
        except RowsTooLarge as error:
            raise FileTooLarge(None, error.most, command=self.command) from error

    def _comparable(self, rows: pa.Table) -> pa.Table:
        """Leave out lists and the like that no contract names: rows cannot be told apart by them, nor models learn."""
        plain = [each.name for each in rows.schema if not pa.types.is_nested(each.type)]
        return rows.select([name for name in rows.column_names if name in plain or name in self.dataset.columns])

    def settle(self, *, lake: Lake) -> None:
        """Finish the loads of arrivals that broke off."""
        loads, _ = read_loads(TableRows(self.dataset).prefix, lake=lake)
        for load in loads.loads:
            if load.etag is not None and load.state is LoadState.BEGUN:
                finish(load, lake=lake, dataset=self.dataset)


@dataclass(frozen=True, slots=True)
class GamesReceiver:
    """Takes in games; those without a score are the coming ones."""

    command: str = "courtside games load"

    def receive(self, content: bytes, arrival: Arrival, *, lake: Lake, now: datetime) -> Received:
        """Merge the file's games into their seasons by id; those that clash with a game of the lake are wrong rows."""
        with on_disk(content, _name(arrival), command=self.command) as path:
            written = _written(path, arrival)
            found = sort_out_games(written)
        clashing: dict[GameKey, str] = {}
        while True:
            try:
                done = load_games(
                    found.read, file=arrival.file.uri, lake=lake, now=now, arrival=arrival, progress=lambda _: None
                )
                break
            except GamesClash as clash:
                clashing |= dict.fromkeys(clash.keys, clash.row_reason)
                try:
                    found = sort_out_games(written, clashing=clashing)
                except TooManyWrongRows:
                    raise clash from None
        same = done.unchanged + done.kept
        return Received(done.load.id if done.load else None, found.wrong, done.new, done.changed, same, done.coming)

    def settle(self, *, lake: Lake) -> None:
        """Do nothing: whoever loads games next finishes what broke off."""


def _written(path: Path, arrival: Arrival) -> WrittenGames:
    name = _name(arrival)
    if path.suffix not in ARROW_SUFFIXES:
        return replace(read_written(path), source=name)
    table = FeatureTable(
        fs.LocalFileSystem(), arrival.file.uri, (TableFile(str(path), arrival.file.path),), single=True
    )
    return WrittenGames(pa.Table.from_batches(list(table.of([*GAME_COLUMNS, CANCELLED]))), name)


def receiver_of(dataset: Dataset) -> Receiver:
    """Return what takes in the rows of a model."""
    return TableReceiver(dataset) if dataset.builder is None else GamesReceiver()


def _name(arrival: Arrival) -> str:
    return PurePosixPath(arrival.file.path).name


@contextmanager
def on_disk(content: bytes, name: str, *, command: str) -> Iterator[Path]:
    """Yield a file with this content; errors call it `name`. Raises `FileTooLarge`, `NotUnderstood`."""
    suffix = next((each for each in _SUFFIXES if name.lower().endswith(each)), "")
    with tempfile.TemporaryDirectory(prefix="courtside-") as folder:
        path = Path(folder, f"file{suffix}")
        path.write_bytes(content)
        try:
            _refuse_unpacked(path, command=command)
            yield path
        except BadInput as error:
            error.args = tuple(_renamed(each, path, name) for each in error.args)
            raise
        except (OSError, MemoryError):  # no fault of the file's
            raise
        except Exception as error:
            raise NotUnderstood(name, error) from error


def _renamed(said: object, path: Path, name: str) -> object:
    return said.replace(str(path), name) if isinstance(said, str) else said


def _refuse_unpacked(path: Path, *, command: str) -> None:
    """Refuse a file that would fill the memory once unpacked; one that cannot be unpacked is refused elsewhere."""
    with path.open("rb") as file:
        head = file.read(_MAGIC_BYTES)
    try:
        if head == _PARQUET:
            size = _stated(path)
            if size > MOST_UNPACKED_BYTES:
                raise FileTooLarge(size, MOST_UNPACKED_BYTES, command=command)
        packed = next((kind for magic, kind in COMPRESSIONS.items() if head.startswith(magic)), None)
        if packed is not None and _is_long(path, packed):
            raise FileTooLarge(None, MOST_UNPACKED_BYTES, command=command)
    except (pa.ArrowException, OSError):
        return


def _stated(path: Path) -> int:
    """Return how many bytes the columns of a parquet file hold by its footer."""
    with pa.OSFile(str(path), "rb") as source:
        require_shallow(source, str(path))
        file = pq.ParquetFile(source)
        return sum(file.metadata.row_group(at).total_byte_size for at in range(file.num_row_groups))


def _is_long(path: Path, compression: str) -> bool:
    """Say whether a compressed file holds too much, without unpacking all of it."""
    left = MOST_UNPACKED_BYTES
    with fs.LocalFileSystem().open_input_stream(str(path), compression=compression) as stream:
        while left >= 0 and (part := stream.read(_BYTES_AT_A_TIME)):
            left -= len(part)
    return left < 0
