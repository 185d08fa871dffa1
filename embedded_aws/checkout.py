"""This package is part of a clone of the project and is never installed without one."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
