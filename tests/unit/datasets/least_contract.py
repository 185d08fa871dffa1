"""The least that a contract must say, and how a contract is read from a file."""

from pathlib import Path
from typing import Any

import yaml

from courtside.core.dataset import Dataset
from courtside.datasets.catalog import load_dataset

LEAST: dict[str, Any] = {"name": "churn", "target": "left", "features": {"age": "numeric", "usage_gb": "numeric"}}


def read(folder: Path, content: dict[str, Any]) -> Dataset:
    path = folder / "contract.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return load_dataset(str(path))
