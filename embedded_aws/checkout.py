"""The clone of the project that this package is part of: it is never installed without one."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
