"""The legacy files are always published as one set of one training."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import lake_keys, training_keys
from courtside.workflows.legacy_set import (
    LegacyFiles,
    LegacyFilesDamaged,
    publish_legacy_set,
    recover_legacy_set,
)
from courtside.workflows.ports import Lake
from tests.fakes.legacy_reader import LegacySetMixed, read_legacy_set
from tests.fakes.ports import InMemoryLake

NAMES = ("a.pkl", "b.pkl", "c.pkl", "model_results.csv")


def files(training_id: str) -> dict[str, bytes]:
    return {name: f"{name} of {training_id}".encode() for name in NAMES}


class Died(Exception):
    pass


@dataclass
class DyingLake(InMemoryLake):
    """A lake whose process dies after some changes; a move changes one object after the other."""

    changes: int = 1_000_000

    def write(self, key: str, content: bytes) -> None:
        self._change()
        super().write(key, content)

    def move(self, keys: Mapping[str, str]) -> None:
        for old, new in keys.items():
            self._change()
            super().move({old: new})

    def _change(self) -> None:
        if not self.changes:
            raise Died
        self.changes -= 1


@dataclass
class CopyingLake(DyingLake):
    """A dying lake that moves objects as S3 does: it makes all copies first and removes the originals at the end."""

    def move(self, keys: Mapping[str, str]) -> None:
        for old, new in keys.items():
            self._change()
            self.objects[new] = self.objects[old]
        self._change()
        self.remove(list(keys))


def staged(lake: Lake) -> list[str]:
    return lake.keys(lake_keys.LEGACY_STAGED_PREFIX)


@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_a_set_is_published_whole_and_names_its_training(kind: str, tmp_path: Path) -> None:
    lake: Lake = InMemoryLake() if kind == "memory" else FolderLake(tmp_path)
    for training_id in ("first", "second"):
        publish_legacy_set(training_id, files(training_id), lake=lake)
        assert read_legacy_set(lake=lake) == files(training_id)
        assert lake.keys("ml-models/") == sorted([*(f"ml-models/{name}" for name in NAMES), "ml-models/set.json"])
        described = json.loads(lake.read(lake_keys.LEGACY_SET))
        assert described["training_id"] == training_id
        assert described["sha256"]["b.pkl"] == hashlib.sha256(files(training_id)["b.pkl"]).hexdigest()


@pytest.mark.parametrize("kind", [DyingLake, CopyingLake])
def test_a_mixed_set_is_never_accepted_and_is_repaired_wherever_a_training_dies(kind: type[DyingLake]) -> None:
    rolled = set()
    for survived in range(40):
        lake = kind()
        publish_legacy_set("old", files("old"), lake=lake)
        lake.changes = survived
        try:
            publish_legacy_set("new", files("new"), lake=lake)
        except Died:
            assert _accepted(lake) in {"old", "new", "mixed"}
            lake.changes = 1_000_000
            recover_legacy_set(lake=lake)
            assert staged(lake) == []
            rolled.add(_accepted(lake))
            assert _accepted(lake) != "mixed"
            publish_legacy_set("next", files("next"), lake=lake)
            assert read_legacy_set(lake=lake) == files("next")
        else:
            break
    assert survived > 2 * len(NAMES)
    assert rolled == {"old", "new"}


def _accepted(lake: Lake) -> str:
    """Return the training whose set a checking reader accepts, or `mixed` if it refuses the set."""
    try:
        read = read_legacy_set(lake=lake)
    except LegacySetMixed:
        return "mixed"
    return next(training_id for training_id in ("old", "new") if read == files(training_id))


def test_a_reader_that_checks_the_set_notices_a_file_of_another_training() -> None:
    lake = InMemoryLake()
    publish_legacy_set("old", files("old"), lake=lake)
    lake.write("ml-models/b.pkl", b"of another training")
    with pytest.raises(LegacySetMixed, match=r"b\.pkl not of training old"):
        read_legacy_set(lake=lake)


def test_a_file_damaged_on_arrival_leaves_the_old_set_in_place() -> None:
    class Damaging(InMemoryLake):
        damaging = False

        def write(self, key: str, content: bytes) -> None:
            super().write(key, content[:-1] if self.damaging and key.endswith("c.pkl") else content)

    lake = Damaging()
    publish_legacy_set("old", files("old"), lake=lake)
    lake.damaging = True
    with pytest.raises(LegacyFilesDamaged, match=r"c\.pkl of training new"):
        publish_legacy_set("new", files("new"), lake=lake)
    assert read_legacy_set(lake=lake) == files("old")
    lake.damaging = False
    recover_legacy_set(lake=lake)
    assert staged(lake) == []
    assert read_legacy_set(lake=lake) == files("old")


def test_stored_files_replace_nothing_until_they_are_published() -> None:
    lake = InMemoryLake()
    LegacyFiles("nba_games", "old", files("old"), {"train.parquet": b"old rows"}).publish(lake=lake)
    kept = LegacyFiles("nba_games", "new", files("new"), {"train.parquet": b"new rows"})
    kept.keep(lake=lake)
    assert read_legacy_set(lake=lake) == files("old")
    prefix = training_keys.training_legacy("nba_games", "new")
    found = LegacyFiles.of("nba_games", "new", {key.removeprefix(prefix): lake.read(key) for key in lake.keys(prefix)})
    assert found == kept
    found.publish(lake=lake)
    assert read_legacy_set(lake=lake) == files("new")
    assert lake.read("ml-features/train.parquet") == b"new rows"


def test_a_training_without_models_for_old_readers_leaves_their_files_as_they_are() -> None:
    lake = InMemoryLake()
    LegacyFiles("churn", "first", files("first"), {"train.parquet": b"rows"}).publish(lake=lake)
    before = {key: lake.read(key) for key in lake.keys("")}
    LegacyFiles("flowers", "second", {}, {"train.parquet": b"others"}).publish(lake=lake)
    assert {key: lake.read(key) for key in lake.keys("")} == before
