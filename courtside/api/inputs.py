"""What people hand in as a table, a contract or a day."""

import os
from datetime import date
from typing import Any

from courtside.adapters.feature_tables import open_address
from courtside.contracts.days import parse_day
from courtside.contracts.errors import InputMismatch
from courtside.core.dataset import Dataset
from courtside.core.drift import Profile
from courtside.core.drift.reading import FeatureTable
from courtside.core.drift.reading.frames import Frame, frame_table
from courtside.datasets.catalog import load_dataset
from courtside.workflows.tables import table_content

Table = str | os.PathLike[str] | Frame | FeatureTable | dict[str, Any]
"""A path or ``s3://`` address, or a frame of pandas, polars, pyarrow, DuckDB and others."""


def opened(table: Table | Profile, *, name: str) -> FeatureTable | Profile:
    """Return a table that can be read again and again, or a profile; frames are called `name` in errors.

    Raises what `open_address` and `frame_table` raise.
    """
    if isinstance(table, FeatureTable | Profile):
        return table
    if isinstance(table, str | os.PathLike):
        return open_address(os.fspath(table))
    return frame_table(table, name=name)


def opened_rows(table: Table, *, name: str) -> FeatureTable:
    """Return a table that has rows; raises `InputMismatch` for a saved profile, and what `opened` raises."""
    found = opened(table, name=name)
    if isinstance(found, Profile):
        raise InputMismatch(
            f"{shown(table, name=name)} is a saved drift profile, which holds no rows; give the table it was made of"
        )
    return found


def content_of(table: Table, contract: Dataset) -> bytes:
    """Return what a contract names of a table as the content of one parquet file.

    Raises `InputMismatch` for a contract whose features are built from games, and what `opened_rows` and
    `table_content` raise.
    """
    if contract.builder is not None:
        raise InputMismatch(
            f"the features of {contract.name} are built from games, so it takes games, not a table; "
            "give them to `courtside train --games` or `courtside games load`, "
            "or name the YAML file of a contract of your own without a builder (--contract)"
        )
    return table_content(opened_rows(table, name="given"), contract)


def shown(table: Table, *, name: str) -> str:
    """Return what a table is called in texts: its address, or the name of a frame."""
    return os.fspath(table) if isinstance(table, str | os.PathLike) else name


def load_contract(contract: str | os.PathLike[str]) -> Dataset:
    """Return the contract in a YAML file, or the shipped one of that name; raises `DatasetInvalid`.

    The contract does not change any more, whatever happens to its file.

    >>> contract = load_contract("nba_games")
    >>> contract.target, len(contract.features), contract.features[0].kind.value
    ('home_win', 16, 'numeric')
    """
    return load_dataset(os.fspath(contract))


def contract_of(contract: Dataset | str | os.PathLike[str]) -> Dataset:
    """Return a contract that was loaded already or is loaded now; raises `DatasetInvalid`."""
    return contract if isinstance(contract, Dataset) else load_contract(contract)


def day_of(day: date | str | None) -> date | None:
    """Return a day that may be written as YYYY-MM-DD; raises `NotADay`."""
    return parse_day(day) if isinstance(day, str) else day
