"""Take the rows about an id out of one object, and out of every version that the lake has kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import forget_keys, lake_keys
from courtside.contracts.loads import Loads
from courtside.workflows.forget.notes import note_erased
from courtside.workflows.forget.places import Treatment, seal_and_path
from courtside.workflows.forget.search import UNREADABLE, Held, Search
from courtside.workflows.loads import MOST_TRIES, LakeBusy, change_loads
from courtside.workflows.ports import ObjectMissing, ObjectVersion


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done to one object: whether it was rewritten, and how many of its versions were removed."""

    key: str
    rewritten: bool
    versions: int


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases what a search has found, object by object; doing it again changes nothing."""

    search: Search
    now: datetime

    def rewrites(self, key: str) -> bool:
        """Return whether rows are taken out of an object, and not the object removed or only looked at."""
        return self.search.place(key).treatment not in {Treatment.REMOVED, Treatment.LOOKED_AT}

    def erase(self, key: str, held: Sequence[Held]) -> Erased | None:
        """Erase what one object holds, None where nothing can be taken out of it. Raises `LakeBusy`.

        The newest version is rewritten first and the versions that hold the id are removed after that, so that a
        reader always finds an object, and a run that breaks off leaves what the next one finds.
        """
        treatment = self.search.place(key).treatment
        if treatment is Treatment.LOOKED_AT:
            return None
        if treatment is Treatment.REMOVED:
            return Erased(key, rewritten=False, versions=self._removed(key, held))
        rewritten = self._rewritten(key)
        if rewritten is None:
            return None
        return Erased(key, rewritten=rewritten, versions=self._without_old(key))

    def _removed(self, key: str, held: Sequence[Held]) -> int:
        """Remove the versions that hold the id, or all of them where the newest one does: none may come back."""
        all_of_it = any(each.version.newest and not each.version.removed for each in held)
        gone = self._versions(key) if all_of_it else [each.version for each in held]
        self._note(key, ())
        if all_of_it:
            self._change_load(key, None)
        self.search.lake.remove_versions(gone)
        return len(gone)

    def _rewritten(self, key: str) -> bool | None:
        """Rewrite an object, unless its newest version holds no id; None where nothing can be taken out of its kind."""
        lake = self.search.lake
        for _ in range(MOST_TRIES):
            found = lake.stamped(key)
            if found is None:
                return False
            try:
                said = self.search.of(key, found.content)
            except UNREADABLE:  # the proof names what cannot be read
                return False
            if not said.holds:
                return False
            if said.content is None:
                return None
            self._note(key, (said.content,))
            self._change_load(key, said.left)
            if lake.replace(key, said.content, stamp=found.stamp):
                return True
        raise LakeBusy(lake.uri(key))

    def _without_old(self, key: str) -> int:
        """Remove the earlier versions that hold an id, and return how many there were."""
        lake = self.search.lake
        old = [each for each in self._versions(key) if not each.newest and not each.removed]
        held = [each for each in old if self._holds(each)]
        if held:
            self._note(key, ())
            lake.remove_versions(held)
        return len(held)

    def _holds(self, version: ObjectVersion) -> bool:
        try:
            content = self.search.lake.read(version.key, version_id=version.version_id)
            return self.search.of(version.key, content).holds
        except (ObjectMissing, *UNREADABLE):  # removed since it was listed, or named by the proof
            return False

    def _versions(self, key: str) -> list[ObjectVersion]:
        return [each for each in self.search.lake.versions(key) if each.key == key]

    def _note(self, key: str, contents: Sequence[bytes]) -> None:
        """Say to those who know the SHA-256 of a file that it was erased, before it is."""
        dataset, lake = self.search.dataset.name, self.search.lake
        sealed = seal_and_path(key, dataset)
        if sealed is not None:
            sha256, path = sealed
            note_erased(forget_keys.erased_under_seal(dataset, sha256), {path: contents}, at=self.now, lake=lake)
        elif self._is_of_table(key):
            note_erased(
                forget_keys.erased_of_table(dataset), {self.search.masked(key): contents}, at=self.now, lake=lake
            )

    def _change_load(self, key: str, rows: int | None) -> None:
        """Let the record of loads say, before it is so, how many rows of a file are left, or that it is gone (None)."""
        prefix = lake_keys.tables(self.search.dataset.name)
        if not self._is_of_table(key) or self.search.lake.stamped(lake_keys.loads(prefix)) is None:
            return

        def left(loads: Loads) -> Loads:
            objects = {each: count for each, count in loads.objects.items() if each != key or rows is not None}
            objects |= {key: rows} if key in objects and rows is not None else {}
            load = next((each for each in loads.loads if each.key == key), None)
            loads = loads if load is None else loads.changed(load.model_copy(update={"rows": rows or 0}))
            return loads.model_copy(update={"objects": objects})

        change_loads(prefix, left, lake=self.search.lake)

    def _is_of_table(self, key: str) -> bool:
        return key.startswith(lake_keys.tables(self.search.dataset.name)) and not key.endswith(".json")
