"""These tests check what the image builds remove from a made-up environment (`benchmarks/environment.py` uses a real
one).
"""

from pathlib import Path

import pytest

from images.trim import trim

KEPT = (
    "pandas/__init__.py",
    "pandas/testing.py",
    "numpy/testing/__init__.py",
    "pyarrow/libarrow.so.2500",
    "pyarrow/lib.cpython-313.so",
    "tests/__init__.py",
    "scipy/stats/latests.py",
)
REMOVED = (
    "pandas/tests/frame/tests/test_frame.py",
    "scipy/stats/tests/data/large.npy",
    "pyarrow/include/arrow/api.h",
    "pyarrow/libarrow_flight.so.2500",
    "pyarrow/libarrow_python_flight.so",
    "pyarrow/_flight.cpython-313.so",
    "sklearn/tree/_tree.pyx",
    "numpy/__init__.pyi",
)


def test_only_what_a_training_never_opens_is_removed(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "python3.13" / "site-packages"
    for name in KEPT + REMOVED:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_bytes(b"x" * 100)
    assert trim(tmp_path) == 100 * len(REMOVED)
    left = {path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file()}
    assert left == set(KEPT)
    assert not (packages / "pandas" / "tests").exists()
    assert trim(tmp_path) == 0


def test_a_folder_that_is_not_an_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not an environment with packages"):
        trim(tmp_path)
