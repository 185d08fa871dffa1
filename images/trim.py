"""Remove from an environment what none of our images opens; `python trim.py ENVIRONMENT` prints the MB saved.

It removes the packages' own tests, sources and types that only a compiler or an editor reads, and Arrow's client
for Flight servers; `rehearse` proves that the rest is enough. It needs only the standard library, and runs once,
while the image is built.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

UNUSED = (
    "**/tests",
    *("**/*.pyi", "**/*.pyx", "**/*.pxd", "**/*.pxi", "**/*.tp"),
    *("pyarrow/include", "pyarrow/libarrow*flight*", "pyarrow/_flight*"),
)


def trim(environment: Path) -> int:
    """Remove what is unused and return how many bytes that were; raises `ValueError` where there are no packages."""
    packages = list(environment.glob("lib/python3*/site-packages"))
    if not packages:
        raise ValueError(f"{environment} is not an environment with packages")
    return sum(_remove(path) for folder in packages for path in _unused(folder))


def _unused(packages: Path) -> Iterator[Path]:
    found = {path for pattern in UNUSED for path in packages.glob(pattern)}
    # A folder of tests can be inside another one; a package with exactly that name would be somebody's dependency.
    return (path for path in found if path.parent != packages and not found.intersection(path.parents))


def _remove(path: Path) -> int:
    if path.is_symlink() or path.is_file():
        size = path.lstat().st_size
        path.unlink()
        return size
    size = sum(file.lstat().st_size for file in path.rglob("*") if not file.is_dir())
    shutil.rmtree(path)
    return size


if __name__ == "__main__":
    print(f"{trim(Path(sys.argv[1])) / 1e6:.0f} MB removed")
