"""A table that cannot be opened is reported with the true reason."""

from pathlib import Path
from typing import Never

import pytest
from pyarrow import fs

from courtside.adapters import feature_tables
from courtside.core.drift.reading import UnreadableFile


class Denied(fs.LocalFileSystem):
    """Refuses to open any file, because the user who runs the tests may be root, who may read every real file."""

    def open_input_file(self, path: str) -> Never:
        raise PermissionError(13, "Permission denied", path)


def test_a_file_without_read_permission_is_not_called_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.parquet"
    path.touch()
    monkeypatch.setattr(feature_tables, "_located", lambda address: (Denied(), address))
    with pytest.raises(UnreadableFile, match="you may not read it; ask its owner"):
        feature_tables.open_address(str(path))
