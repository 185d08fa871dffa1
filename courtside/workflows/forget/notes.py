"""Notes beside files that had rows erased: whoever reads them later can tell an erased file from a damaged one."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from courtside.contracts.records import ErasedFiles
from courtside.workflows.lake_documents import parsed_document
from courtside.workflows.loads import MOST_TRIES, LakeBusy, put_if
from courtside.workflows.ports import Lake


def erased_files(key: str, *, lake: Lake) -> ErasedFiles | None:
    """Return the note under a key, None where nothing was erased; raises `DocumentDamaged`."""
    found = lake.stamped(key)
    return None if found is None else parsed_document(ErasedFiles, found.content, uri=lake.uri(key))


def note_erased(key: str, files: dict[str, Sequence[bytes]], *, at: datetime, lake: Lake) -> None:
    """Add files to the note under a key, each with the contents that may lie there from now on; raises `LakeBusy`."""
    for _ in range(MOST_TRIES):
        found = lake.stamped(key)
        known = {} if found is None else parsed_document(ErasedFiles, found.content, uri=lake.uri(key)).files
        added = {
            file: tuple(dict.fromkeys([*known.get(file, ()), *(hashlib.sha256(each).hexdigest() for each in contents)]))
            for file, contents in files.items()
        }
        note = ErasedFiles(at=at, files={**known, **added})
        stamp = None if found is None else found.stamp
        if put_if(key, note.model_dump_json(indent=2).encode(), stamp=stamp, lake=lake):
            return
    raise LakeBusy(lake.uri(key))
