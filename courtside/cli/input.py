"""Read what a person hands in, in the same way for every command."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import say
from courtside.contracts.errors import BadInput, InputMismatch
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


class QuarantineNotWritable(BadInput):
    """Odd rows cannot be written to their file, so the command does not go on without them."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path = path
        super().__init__(f"odd rows cannot be written to {path} ({detail}): choose another file with --quarantine")


def require_games(contract: "Dataset") -> None:
    """Raise `InputMismatch` for a contract whose features are not built from games."""
    if contract.builder is None:
        raise InputMismatch(f"{contract.name} names no builder, so its table holds its features; give it with --table")


def say_left_out(left_out: Mapping[str, str]) -> None:
    """Say of the first columns that are no features why they are none, and how many more there are."""
    for name, why in list(left_out.items())[:MOST_LISTED]:
        say(f"{shortened(name) or 'a column without a name'}: left out, because {why}")
    if len(left_out) > MOST_LISTED:
        say(f"and {len(left_out) - MOST_LISTED} more were left out; --json names them all")


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
