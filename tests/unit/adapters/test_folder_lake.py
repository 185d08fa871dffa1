import os
from pathlib import Path
from typing import Any

import pytest

from courtside.adapters.folder_lake import FolderInUse, FolderLake
from courtside.contracts.errors import BadInput
from courtside.workflows.ports import ObjectMissing


def test_objects_are_files_found_by_prefix(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    lake.write("games/season=2011/games.parquet", b"a")
    lake.write("games/season=2010/games.parquet", b"b")
    lake.write("training/x/record.json", b"c")
    assert lake.keys("games/") == ["games/season=2010/games.parquet", "games/season=2011/games.parquet"]
    assert lake.read("training/x/record.json") == b"c"
    assert Path(lake.uri("training/x/record.json")).read_bytes() == b"c"


def test_files_are_listed_with_the_stamps_of_their_contents(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    for key in ("a/2", "a/1", "b/1"):
        lake.write(key, key.encode())
    stamps = lake.stamps("a/")
    assert list(stamps) == ["a/1", "a/2"]
    assert list(lake.stamps("", first="a/2", last="b/")) == ["b/1"]
    assert list(lake.stamps("", first="a/", last="a/1")) == ["a/1"]
    found = [lake.stamped(key) for key in stamps]
    assert [each.stamp for each in found if each] == list(stamps.values())
    lake.write("a/1", b"other")
    changed = lake.stamps("a/")
    assert changed["a/1"] != stamps["a/1"]
    assert changed["a/2"] == stamps["a/2"]


def test_no_folder_beside_the_prefix_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, looked_at, scandir = FolderLake(tmp_path), [], os.scandir
    for key in ("games/season=2010/a", "games/other", "models/churn/a", "models/churn_2/b", "models/visits/b"):
        lake.write(key, b"")

    def recording(path: str) -> Any:
        looked_at.append(Path(path).relative_to(tmp_path).as_posix())
        return scandir(path)

    monkeypatch.setattr(os, "scandir", recording)
    assert lake.keys("games/sea") == ["games/season=2010/a"]
    assert lake.keys("models/churn/") == ["models/churn/a"]
    assert lake.keys("nowhere/at/all") == []
    assert set(looked_at) == {"games", "games/season=2010", "models/churn"}
    assert lake.keys("models/churn") == ["models/churn/a", "models/churn_2/b"]


def test_a_missing_object_is_named(tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing, match="nothing under games/"):
        FolderLake(tmp_path).read("games/")


def test_only_the_first_claim_writes(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    assert lake.claim("decisions/x", b"first")
    assert not lake.claim("decisions/x", b"second")
    assert lake.read("decisions/x") == b"first"


def test_files_move_and_leave_no_empty_folder(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    lake.write("a/staged/x", b"new")
    lake.write("a/staged/deep/y", b"y")
    lake.write("a/x", b"old")
    lake.move({"a/staged/x": "a/x", "a/staged/deep/y": "b/y"})
    assert lake.keys("") == ["a/x", "b/y"]
    assert lake.read("a/x") == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert not (tmp_path / "a" / "staged").exists()


def test_removing_a_missing_object_is_not_an_error(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    lake.write("a/x", b"x")
    lake.remove(["a/x", "a/x", "never/there"])
    assert lake.keys("") == []
    assert tmp_path.is_dir()


def test_a_folder_is_locked_by_one_training_and_free_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with FolderLake(folder).alone():
        with pytest.raises(FolderInUse, match="another training is writing into"), FolderLake(folder).alone():
            pass
        with FolderLake(tmp_path).alone():
            pass
    with pytest.raises(ValueError, match="its own"), FolderLake(folder).alone():
        raise ValueError("its own")
    with FolderLake(folder).alone():
        assert list(folder.iterdir()) == []


def test_a_file_is_replaced_only_if_it_has_not_changed_since_it_was_read(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    assert lake.stamped("a/x") is None
    lake.write("a/x", b"first")
    found = lake.stamped("a/x")
    assert found is not None
    assert found.content == b"first"
    assert lake.replace("a/x", b"second", stamp=found.stamp)
    assert not lake.replace("a/x", b"third", stamp=found.stamp)
    assert lake.read("a/x") == b"second"
    lake.remove(["a/x"])
    assert not lake.replace("a/x", b"fourth", stamp=found.stamp)
    assert lake.keys("") == []


def written(lake: FolderLake, contents: dict[str, bytes], *, then: Exception | None = None) -> None:
    """Write files as a training does, and raise the error `then`, if one is given."""
    with lake.alone(), lake.unchanged_if_refused():
        for key, content in contents.items():
            lake.write(key, content)
        assert lake.claim("claimed", b"x")
        if then is not None:
            raise then


def test_bad_input_leaves_a_folder_as_it_was(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "new" / "models")
    with pytest.raises(BadInput, match="refused"):
        written(lake, {"a/x": b"x"}, then=BadInput("refused"))
    assert list(tmp_path.iterdir()) == []
    lake.write("a/x", b"first")
    with pytest.raises(BadInput, match="refused"):
        written(lake, {"a/x": b"second", "a/z": b"z"}, then=BadInput("refused"))
    assert lake.read("a/x") == b"first"
    assert lake.keys("") == ["a/x"]


def test_an_unnamed_failure_keeps_what_was_written_for_inspection(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path / "models")
    with pytest.raises(OSError, match="full"):
        written(lake, {"a/x": b"x"}, then=OSError("the disk is full"))
    assert lake.keys("") == ["a/x", "claimed"]


def test_an_empty_folder_that_was_there_before_stays(tmp_path: Path) -> None:
    with FolderLake(tmp_path).alone():
        pass
    assert tmp_path.is_dir()
