"""The record of the loads of one dataset, or of the games: changed by compare and swap, and compared with the lake."""

from collections.abc import Callable, Collection
from datetime import date, timedelta

from pydantic import ValidationError

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.loads import Load, Loads, LoadState
from courtside.core.drift.reading import Days
from courtside.workflows.ports import Lake, LakeRead
from courtside.workflows.row_source import RowSource

MOST_TRIES = 50


class LakeBusy(CourtsideError):
    """Others changed the record of loads during every attempt to change it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"{key} was changed by others {MOST_TRIES} times in a row; repeat the command")


class LoadsDamaged(CourtsideError):
    """The record of loads cannot be read."""

    def __init__(self, uri: str, detail: str) -> None:
        self.uri = uri
        super().__init__(
            f"{uri}, the record of what was loaded, cannot be read ({detail}); put an earlier version of it back, "
            "which the bucket keeps"
        )


class LoadUnknown(BadInput):
    """There is no load with this id."""

    def __init__(self, load_id: str, known: list[str]) -> None:
        self.load_id = load_id
        shown = f"the newest are {', '.join(known[-5:])}" if known else "nothing was loaded yet"
        super().__init__(f"there is no load {load_id[:64]!r}; {shown}")


def read_loads(prefix: str, *, lake: LakeRead) -> tuple[Loads, str | None]:
    """Return the record of what was loaded under a prefix, and its stamp (None if nothing was loaded).

    Raises `LoadsDamaged`.
    """
    key = lake_keys.loads(prefix)
    found = lake.stamped(key)
    if found is None:
        return Loads(), None
    try:
        return Loads.model_validate_json(found.content), found.stamp
    except ValidationError as error:
        raise LoadsDamaged(lake.uri(key), error.errors()[0]["msg"]) from error


def write_loads(prefix: str, loads: Loads, *, stamp: str | None, lake: Lake) -> bool:
    """Write the record unless somebody else has done so since it was read; return whether this call wrote it."""
    return put_if(lake_keys.loads(prefix), loads.model_dump_json(indent=2).encode(), stamp=stamp, lake=lake)


def put_if(key: str, content: bytes, *, stamp: str | None, lake: Lake) -> bool:
    """Write an object if the one that is there still has this stamp (None: if there is nothing yet)."""
    return lake.claim(key, content) if stamp is None else lake.replace(key, content, stamp=stamp)


def change_loads(prefix: str, step: Callable[[Loads], Loads], *, lake: Lake) -> Loads:
    """Apply `step` to the record and write what it returns; raises `LakeBusy` and what `step` raises."""
    for _ in range(MOST_TRIES):
        before, stamp = read_loads(prefix, lake=lake)
        after = step(before)
        if after == before or write_loads(prefix, after, stamp=stamp, lake=lake):
            return after
    raise LakeBusy(lake.uri(lake_keys.loads(prefix)))


def known_load(loads: Loads, load_id: str) -> Load:
    """Return the load with this id; raises `LoadUnknown`."""
    found = loads.find(load_id)
    if found is None:
        raise LoadUnknown(load_id, [load.id for load in loads.loads if load.state is not LoadState.TAKEN_BACK])
    return found


def days_of_load(load: Load) -> Days:
    """Return the days of a load's rows."""
    return Days(load.first_day, None if load.last_day == date.max else load.last_day + timedelta(days=1))


def in_order(keys: Collection[str], loads: Loads) -> dict[str, bool]:
    """Return the keys in the order in which their rows came, and which of them revise rows of those before them.

    What no load has brought comes first.
    """
    place = {load.key: (at, load.revises) for at, load in enumerate(loads.loads)}
    found = {key: place.get(key, (-1, False)) for key in keys}
    return {key: found[key][1] for key in sorted(keys, key=lambda key: (found[key][0], key))}


def vanished(source: RowSource, days: Days, *, loads: Loads, present: Collection[str]) -> dict[str, str]:
    """Return the loaded objects with rows of these days that are no longer `present`, each with a reason."""
    period = {load.key: days_of_load(load) for load in loads.loads}
    return {
        key: f"it was loaded with {rows} rows and is gone from the lake; load its file again to put it back, or take "
        "the load back"
        for key, rows in sorted(loads.objects.items())
        if key not in present and source.holds(key, days) and days.meets(period.get(key, days))
    }
