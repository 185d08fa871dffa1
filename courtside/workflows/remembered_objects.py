"""What this process has read of lakes: an object that a listing shows unchanged need not be read again."""

from collections import OrderedDict
from threading import Lock

from courtside.workflows.ports import Lake, ObjectMissing


class RememberedObjects:
    """Contents of objects by their stamps, of at most so many bytes; the one that was not asked for longest goes first.

    Any thread may use it.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held = most_bytes, 0
        self._known = OrderedDict[tuple[str, str], bytes]()
        self._lock = Lock()

    def knows(self, key: str, stamp: str, *, lake: Lake) -> bool:
        """Tell whether the content that an object had with this stamp need not be read."""
        with self._lock:
            return (lake.uri(key), stamp) in self._known

    def read(self, key: str, stamp: str, *, lake: Lake) -> bytes:
        """Return the content that an object had when `lake` listed it with this stamp, or a newer one.

        Raises `ObjectMissing`, unless the listed content is known.
        """
        uri = lake.uri(key)
        with self._lock:
            if (known := self._known.get((uri, stamp))) is not None:
                self._known.move_to_end((uri, stamp))
                return known
        found = lake.stamped(key)
        if found is None:
            raise ObjectMissing(key)
        # It may have been written since the listing, so it is kept under the stamp that came with it.
        self._keep((uri, found.stamp), found.content)
        return found.content

    def _keep(self, named: tuple[str, str], content: bytes) -> None:
        with self._lock:
            self._held += len(content) - len(self._known.get(named, b""))
            self._known[named] = content
            while self._held > self._most:
                _, gone = self._known.popitem(last=False)
                self._held -= len(gone)
