"""Files are put where rows arrive by themselves, and the function that takes them in is watched."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.core.parquet import parquet_content
from embedded_aws.processes import environment_of
from tests.faults.model import BEGINS, Model, rows

FUNCTION_MIB = 1024
"""What the function may take on AWS, where it would be killed beyond it; the embedded AWS only tells it so."""


def put(model: Model, name: str, content: bytes) -> str:
    """Put a file where rows of the model arrive, and return its address."""
    key = f"{lake_keys.incoming(model.name)}{name}"
    model.stage.lake.write(key, content)
    return model.stage.lake.uri(key)


def taken_in(model: Model) -> dict[str, dict[str, Any]]:
    """Run a round as the schedule does, and return what became of each file so far, by its address."""
    return {each["file"]: each for each in model.command("tables", "arrivals", "--now")}


def removed(model: Model, address: str) -> None:
    """Remove a file from where it arrived, as the alert about it advises, and let a round see that it is gone."""
    prefix = model.stage.lake.uri("")
    model.stage.lake.remove([address.removeprefix(prefix)])
    taken_in(model)


def new_rows(first: int) -> bytes:
    """Return 20 parcels that nobody has loaded yet, whose numbers begin at `first`, as a parquet file."""
    return parquet_content(rows(first=first, start=BEGINS, days=1))


def loaded_rows(model: Model) -> int:
    """Return how many rows the model's table has by what was loaded."""
    return sum(each["rows"] for each in model.command("tables", "loads") if each["state"] == "loaded")


class Peak:
    """Measures how much memory the processes of the function that takes in rows need at most, from now on."""

    def __init__(self, model: Model) -> None:
        self._function = model.loop.output(StackOutput.RECEIVE_ROWS).rpartition(":")[2]
        for process in self._processes():
            with suppress(OSError):
                Path(f"/proc/{process.pid}/clear_refs").write_text("5")

    def mib(self) -> int:
        """Return the most memory that one process took, in MiB."""
        return max(map(_most, self._processes()), default=0)

    def _processes(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if environment_of(process).get("AWS_LAMBDA_FUNCTION_NAME") == self._function:
                    found.append(process)
        return found


def _most(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def table_of(count: int, **columns: Any) -> pa.Table:
    """Return parcels that are all alike except for what `columns` say, as many as asked for."""
    like = rows(first=900_000, days=1, a_day=1)
    plain = {name: pa.repeat(like.column(name)[0], count) for name in like.column_names}
    return pa.table({**plain, "parcel": np.arange(900_000, 900_000 + count), **columns})
