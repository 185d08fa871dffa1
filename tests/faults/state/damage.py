"""What somebody with a console does to objects of the lake, and how the same person puts it right."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from tests.faults.model import Model


class Damage(StrEnum):
    """What is done to an object; each reads as the end of "the object was"."""

    DELETED = "deleted"
    CUT = "cut in half"
    OTHER = "replaced by other bytes"


OTHER_BYTES = b'{"not": "what Courtside wrote"}'


def do_damage(model: Model, key: str, damage: Damage) -> None:
    """Damage an object of the lake, which is there; the bucket keeps the version before."""
    lake = model.stage.lake
    content = lake.read(key)
    if damage is Damage.DELETED:
        lake.remove([key])
    else:
        lake.write(key, content[: len(content) // 2] if damage is Damage.CUT else OTHER_BYTES)


def restore(model: Model, key: str) -> None:
    """Bring the version before back, as the messages advise: the newest one, which is the damage, is taken away."""
    lake = model.stage.lake
    newest = next(each for each in lake.versions(key) if each.key == key)
    assert newest.newest
    lake.remove_versions([newest])


@contextmanager
def damaged(model: Model, key: str, damage: Damage) -> Iterator[None]:
    """Damage an object while the block runs."""
    do_damage(model, key, damage)
    try:
        yield
    finally:
        restore(model, key)
