"""A lake in a folder, for the commands that work on files."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from courtside.adapters.files import write_files, writing
from courtside.contracts.errors import CourtsideError
from courtside.workflows.ports import ObjectMissing, StampedObject, StoredObject, lies_between


class FolderInUse(CourtsideError):
    """Another process writes into the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"another training is writing into {folder}, so nothing was changed; wait until it is done, or choose "
            "another folder (--out or `out`)"
        )


class FolderLake:
    """Objects as files under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._before: dict[Path, Path | None] | None = None
        """Files written since `unchanged_if_refused` began, each with a second name of what it was before."""
        self._kept = root

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other process that asks for the folder out of it; raises `FolderInUse`, `FolderNotWritable`.

        The operating system releases it when the process ends, however that happens.
        """
        missing = [path for path in (self.root, *self.root.parents) if not path.exists()]
        with writing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            folder = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(folder, self.root)
            yield
        finally:
            with contextlib.suppress(OSError):  # folders in which nothing was written are removed again
                for path in missing:
                    path.rmdir()
            os.close(folder)

    @contextlib.contextmanager
    def unchanged_if_refused(self) -> Iterator[None]:
        """Take back all that was written within if that ends with a named error, so that nothing is half there."""
        with writing(self.root):
            kept = TemporaryDirectory(prefix=".before-", dir=self.root)
        with kept as folder:
            self._kept, self._before = Path(folder), {}
            try:
                yield
            except CourtsideError:
                self._take_back(self._before)
                raise
            finally:
                self._before = None

    def _take_back(self, before: Mapping[Path, Path | None]) -> None:
        for path, kept in before.items():
            if kept is not None:
                kept.replace(path)
        written = [path for path, kept in before.items() if kept is None]
        self.remove([path.relative_to(self.root).as_posix() for path in written])

    def _remember(self, path: Path) -> None:
        if self._before is None or path in self._before:
            return
        self._before[path] = None
        if path.exists():
            kept = self._kept / str(len(self._before))
            os.link(path, kept)  # a new file takes its name, so the old one stays as it is
            self._before[path] = kept

    def uri(self, key: str) -> str:
        """Return the file's path."""
        return str(self.root / key)

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix`, sorted; only its own folder is looked at."""
        folder, _, _ = prefix.rpartition("/")
        files = (path for path in (self.root / folder).rglob("*") if path.is_file())
        found = (path.relative_to(self.root).as_posix() for path in files)
        return sorted(key for key in found if key.startswith(prefix))

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        """Return the keys under `prefix` from `first` to `last`, sorted, each with the SHA-256 of its content."""
        found = ((key, self.stamped(key)) for key in self.keys(prefix) if lies_between(key, first, last))
        return {key: each.stamp for key, each in found if each is not None}

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """Return the files under `prefix`, sorted by key; a folder keeps no versions."""
        return [StoredObject(key, None, (self.root / key).stat().st_size) for key in self.keys(prefix)]

    def read(self, key: str, *, version_id: str | None = None) -> bytes:  # noqa: ARG002 — there is one version only
        """Return a file's content; raises `ObjectMissing`."""
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissing(key) from error

    def write(self, key: str, content: bytes) -> None:
        """Write a file; a reader sees the old content or the new, never a part. Raises `FolderNotWritable`."""
        self._remember(self.root / key)
        write_files({self.root / key: content})

    def claim(self, key: str, content: bytes) -> bool:
        """Write a file only if there is none yet; return whether this call wrote it.

        Raises `FolderNotWritable`.
        """
        path = self.root / key
        self._remember(path)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                file = path.open("xb")
            except FileExistsError:
                return False
            try:
                with file:
                    file.write(content)
            except OSError:
                path.unlink()  # a partial claim would keep everybody from it for good
                raise
        return True

    def stamped(self, key: str) -> StampedObject | None:
        """Return a file with the SHA-256 of its content as the stamp, None if there is none."""
        try:
            content = self.read(key)
        except ObjectMissing:
            return None
        return StampedObject(content, _sha256(content))

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        """Write a file only if it still has this content; return whether this call wrote it."""
        folder = (self.root / key).parent
        if not folder.is_dir():
            return False
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            found = self.stamped(key)
            if found is None or found.stamp != stamp:
                return False
            self.write(key, content)
            return True
        finally:
            os.close(handle)

    def move(self, keys: Mapping[str, str]) -> None:
        """Rename files one right after the other, once all of their folders exist."""
        paths = [(self.root / old, self.root / new) for old, new in keys.items()]
        for _, new in paths:
            new.parent.mkdir(parents=True, exist_ok=True)
        for old, new in paths:
            old.replace(new)
        self._tidy([old for old, _ in paths])

    def remove(self, keys: Sequence[str]) -> None:
        """Remove files and the folders that this leaves empty."""
        paths = [self.root / key for key in keys]
        for path in paths:
            path.unlink(missing_ok=True)
        self._tidy(paths)

    def _tidy(self, gone: Sequence[Path]) -> None:
        folders = {parent for path in gone for parent in path.relative_to(self.root).parents if parent.name}
        for folder in sorted(folders, key=lambda path: -len(path.parts)):
            with contextlib.suppress(OSError):  # a folder that still holds something stays
                (self.root / folder).rmdir()


def _lock(folder: int, path: Path) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise FolderInUse(path) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
