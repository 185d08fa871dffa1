"""Loads as people see them, the same for games and tables."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from courtside.contracts.loads import Loads

LoadId = Annotated[str, typer.Argument(help="The load, as `loads` lists it.")]


def load_rows(loads: "Loads") -> list[dict[str, Any]]:
    """Return one row per load, with columns few and short enough for a narrow terminal."""
    return [
        {
            "load": load.id,
            "loaded (UTC)": f"{load.loaded_at:%Y-%m-%d %H:%M}",
            "file": load.file if len(load.file) <= 24 else f"…{load.file[-23:]}",
            "rows": load.rows,
            "days": f"{load.first_day} to {load.last_day}",
            "state": load.state.value,
        }
        for load in loads.loads
    ]
