"""A lake as one piece of work sees it, which lists and reads the same several times."""

from threading import Lock

from courtside.workflows.ports import LakeRead, StampedObject

MOST_BYTES = 16 * 2**20


class SeenOnce:
    """What was listed and read of another lake stays as it was, and is not asked for again.

    Of the contents, `MOST_BYTES` are kept; those beyond are read each time. Any thread may use it.
    """

    def __init__(self, lake: LakeRead) -> None:
        self._lake = lake
        self._listed: dict[str, list[str]] = {}
        self._stamped: dict[str, StampedObject | None] = {}
        self._contents: dict[str, bytes] = {}
        self._bytes = 0
        self._keeping = Lock()

    def uri(self, key: str) -> str:
        """Return where a person finds the object."""
        return self._lake.uri(key)

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix`, sorted."""
        if prefix not in self._listed:
            self._listed[prefix] = self._lake.keys(prefix)
        return self._listed[prefix]

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's content, or that of one of its versions; raises `ObjectMissing`."""
        if version_id is not None:
            return self._lake.read(key, version_id=version_id)
        if (known := self._contents.get(key)) is not None:
            return known
        content = self._lake.read(key)
        with self._keeping:
            if key not in self._contents and self._bytes + len(content) <= MOST_BYTES:
                self._contents[key] = content
                self._bytes += len(content)
        return content

    def stamped(self, key: str) -> StampedObject | None:
        """Return an object with its stamp, or None if there is none."""
        if key not in self._stamped:
            self._stamped[key] = self._lake.stamped(key)
        return self._stamped[key]
