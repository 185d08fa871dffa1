"""Files of other formats are converted to parquet once, so that everything after it reads a single format."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from pyarrow import fs

from courtside.core.drift.reading.formats.delimited import NOTHING_SAID
from courtside.core.drift.reading.formats.looking import Meaning
from courtside.core.drift.reading.formats.recognition import recognised
from courtside.core.drift.reading.plain import viewless
from courtside.core.parquet import write_batches


class Conversions:
    """Keeps converted files in a temporary folder, which is deleted when nothing needs it any more.

    `meanings` are what columns hold, for files that do not say so themselves.
    """

    def __init__(self, meanings: Mapping[str, Meaning] = NOTHING_SAID) -> None:
        self._meanings = meanings
        self._streamed = False
        self._folder: TemporaryDirectory[str] | None = None
        self._known: dict[str, str | None] = {}

    @classmethod
    def of(cls, path: str, batches: Iterable[pa.RecordBatch]) -> "Conversions":
        """Return conversions that already include the rows of `path`; raises Arrow's errors."""
        kept = cls()
        kept._known[path] = kept._written(batches)
        kept._streamed = True
        return kept

    def meant(self, meanings: Mapping[str, Meaning]) -> "Conversions":
        """Return conversions in which columns hold what a contract says; rows of a stream have types already."""
        return self if self._streamed or self._meanings == meanings else Conversions(meanings)

    def located(self, filesystem: fs.FileSystem, path: str) -> tuple[fs.FileSystem, str]:
        """Return where the rows of a file lie as parquet: in the file itself, or in the temporary folder.

        Raises what `recognised` raises, `RowsMalformed`, and the errors of Arrow and of the filesystem.
        """
        if path not in self._known:
            self._known[path] = self._converted(filesystem, path)
        found = self._known[path]
        return (filesystem, path) if found is None else (fs.LocalFileSystem(), found)

    def _converted(self, filesystem: fs.FileSystem, path: str) -> str | None:
        source = recognised(filesystem, path, self._meanings)
        if source is None:
            return None
        return self._written(source.batches())

    def _written(self, batches: Iterable[pa.RecordBatch]) -> str:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="courtside-")
        target = Path(self._folder.name) / f"{len(self._known)}.parquet"
        write_batches((viewless(batch) for batch in batches), target)
        return str(target)
