"""The files that a person asked for are written whole or not at all."""

import errno
from pathlib import Path
from typing import Any

import pytest

from courtside.adapters.files import FolderNotWritable, prepare_folder, write_files
from courtside.adapters.folder_lake import FolderLake


def test_missing_folders_are_created_and_symbolic_links_are_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_bytes(b"old")
    (tmp_path / "link").symlink_to(kept)
    write_files({tmp_path / "no/such/a": b"a", tmp_path / "link": b"new"})
    assert (tmp_path / "no/such/a").read_bytes() == b"a"
    assert kept.read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()
    write_files({Path("/dev/null"): b"x"})
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("place", ["file/below", "folder", "x" * 300, "nul\0", "/proc/none/x"])
def test_a_path_that_cannot_be_written_is_refused_with_a_hint(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FolderNotWritable, match=r"choose another place \(--out or `out`\)"):
        write_files({tmp_path / place: b"content"})
    with pytest.raises(FolderNotWritable):
        FolderLake(tmp_path / "file").write("tables/t.parquet", b"x")
    with pytest.raises(FolderNotWritable):
        FolderLake(tmp_path / "file").claim("tables/t.parquet", b"x")
    with pytest.raises(FolderNotWritable):
        prepare_folder(tmp_path / "file")


def test_on_a_full_disk_the_old_files_stay_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {tmp_path / name: b"old" for name in ("report.html", "report.json")}
    write_files(pages)
    write = Path.write_bytes

    def full(path: Path, content: Any) -> int:
        if "report.json" in path.name:
            write(path, content[:1])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write_files(dict.fromkeys(pages, b"new"))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == pages
