"""Read what a person hands in, in the same way for every command."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import say
from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import MOST_LISTED, shortened

if TYPE_CHECKING:
    from courtside.core.dataset import Dataset
    from courtside.core.games import ReadGames

GamesOption = Annotated[Path, typer.Option(help="Games: .csv, .csv.gz or .parquet.")]
ContractOption = Annotated[
    str, typer.Option("--contract", "--dataset", help="A shipped contract, or the path of a contract's YAML file.")
]
OptionalContractOption = Annotated[
    str | None,
    typer.Option("--contract", "--dataset", help="A shipped contract, or the path of a contract's YAML file."),
]
TableOption = Annotated[
    str,
    typer.Option(
        help="A parquet, CSV or Feather file, a folder of them or an s3:// address, with what its contract names."
    ),
]
QuarantineOption = Annotated[
    Path | None, typer.Option(help="File for odd rows, each with its reason [default: beside the input].")
]


class NotADay(BadInput):
    """A date was not written as YYYY-MM-DD."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"{text!r} is not a day: write it as YYYY-MM-DD, for example 2010-07-01")


class QuarantineNotWritable(BadInput):
    """Odd rows cannot be written to their file, so the command does not go on without them."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path = path
        super().__init__(f"odd rows cannot be written to {path} ({detail}): choose another file with --quarantine")


class InputMismatch(BadInput):
    """A dataset contract asks for an input other than the one given."""


def table_content(address: str, contract: "Dataset") -> bytes:
    """Return what a contract names of a table as the content of one parquet file.

    Raises `InputMismatch` for a saved drift profile, and what `open_address` and `table_content` of the workflows
    raise.
    """
    from courtside.adapters.feature_tables import open_address
    from courtside.core.drift.profiles.profile import Profile
    from courtside.workflows import tables

    table = open_address(address)
    if isinstance(table, Profile):
        raise InputMismatch(f"{address} is a saved drift profile, which holds no rows; give the table it was made of")
    return tables.table_content(table, contract)


def table_contract(dataset: str) -> "Dataset":
    """Return the contract of a table that holds its features; raises `DatasetInvalid`, `InputMismatch`."""
    from courtside.datasets.catalog import load_dataset

    contract = load_dataset(dataset)
    if contract.builder is not None:
        raise InputMismatch(
            f"the features of {contract.name} are built from games, so it takes games, not a table; "
            "give them to `courtside train --games` or `courtside games load`, "
            "or name with --contract the YAML file of a contract of your own without a builder"
        )
    return contract


def games_contract(dataset: str) -> "Dataset":
    """Return a contract whose features are built from games; raises `DatasetInvalid`, `InputMismatch`."""
    from courtside.datasets.catalog import load_dataset

    contract = load_dataset(dataset)
    if contract.builder is None:
        raise InputMismatch(f"{contract.name} names no builder, so its table holds its features; give it with --table")
    return contract


def say_left_out(left_out: Mapping[str, str]) -> None:
    """Say of the first columns that are no features why they are none, and how many more there are."""
    for name, why in list(left_out.items())[:MOST_LISTED]:
        say(f"{shortened(name) or 'a column without a name'}: left out, because {why}")
    if len(left_out) > MOST_LISTED:
        say(f"and {len(left_out) - MOST_LISTED} more were left out; --json names them all")


def parse_day(text: str) -> date:
    """Read YYYY-MM-DD; raises `NotADay`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(text) from error


def read_input(path: Path, *, quarantine: Path | None, min_season_games: int | None = None) -> "ReadGames":
    """Read a games file, write its odd rows to a file and say so; raises named `BadInput` errors."""
    from courtside.core.games import MIN_SEASON_GAMES, read_games, write_quarantine

    read = read_games(path, min_season_games=MIN_SEASON_GAMES if min_season_games is None else min_season_games)
    for note in read.notes:
        say(note)
    if read.quarantined.num_rows:
        kept = quarantine or path.with_name(f"{path.name}.quarantine.csv")
        try:
            write_quarantine(read.quarantined, kept)
        except OSError as error:
            raise QuarantineNotWritable(kept, error.strerror or str(error)) from error
        say(f"{read.quarantined.num_rows} odd rows set aside in {kept}, each with its reason")
    return read
