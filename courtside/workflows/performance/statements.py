"""What was said about a model's windows: the first statement about each is kept, and followed by what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from courtside.contracts.events import Window
from courtside.contracts.scoring import WindowState
from courtside.core.performance.statements import OF_PERFORMANCE, Kind, says_the_same
from courtside.workflows.archive_log import ArchiveLog, Since


@dataclass(slots=True)
class Stating:
    """One statement of a kind about a window on its way into its archive.

    `said` has the archive's columns, with any number in `statement`. It is written unless the newest statement about
    the window says the same, or knows more: it was made as of a later day, or from more files.
    """

    window: Window
    said: pa.Table
    kind: Kind = OF_PERFORMANCE
    _count: int = 0
    _newest: pa.Table | None = None

    def state(self, log: ArchiveLog, *, files: list[int] | None = None) -> WindowState | None:
        """Write it, and return what that made of the window, None where nothing was new.

        `files` are the numbers of its day's files where they have been listed already. Nothing is said by a statement
        without rows. Raises `LogBusy` and `LogDamaged`.
        """
        if not self.said.num_rows:
            return None
        written = log.append(self.window.start, self._news, known=files)
        if written is None:
            return None
        return WindowState.STATED if self._newest is None else WindowState.RESTATED

    def _news(self, since: Since) -> pa.Table | None:
        for number, table in zip(since.numbers, since, strict=True):
            self._count = number
            if _end(table) == self.window.end:
                self._newest = table
        if self._newest is not None and not self._is_news(self._newest):
            return None
        return _numbered(self.said, self._count + 1)

    def _is_news(self, newest: pa.Table) -> bool:
        return _known(newest) <= _known(self.said) and not says_the_same(newest, self.said, self.kind)


def is_stated(window: Window, numbers: Sequence[int], *, log: ArchiveLog) -> bool:
    """Tell whether anything was stated about a window, given the numbers of the files of its first day.

    A window of another length begins on the same day where the contract changed it. Raises `LogDamaged`.
    """
    return any(_end(log.read(window.start, number, columns=("window_end",))) == window.end for number in numbers)


def _end(statement: pa.Table) -> date | None:
    end: date | None = statement.column("window_end")[0].as_py() if statement.num_rows else None
    return end


def _known(statement: pa.Table) -> tuple[date, int]:
    """Return how much a statement was made from: as of which day, and from how many files."""
    first = statement.slice(0, 1).to_pylist()[0]
    return first["stated_on"], first["files"]


def _numbered(said: pa.Table, number: int) -> pa.Table:
    place = said.schema.get_field_index("statement")
    return said.set_column(place, said.schema.field(place), pa.array([number] * said.num_rows, pa.int32()))
