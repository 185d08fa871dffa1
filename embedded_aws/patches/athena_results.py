"""A query's result lies where its execution says, in the form of Athena's, and a workgroup's limits are kept.

Wrong in 1.5.33: the result is written into a folder called like the file it should be, so clients that read it find
nothing; a workgroup's own location is joined to the file's name without a slash, and one that the client names is used
even where the workgroup's is enforced. A null is the empty text, a boolean has a capital letter. The bytes that a query
has scanned are the length of its result, and no limit to them stops it. Here: as on AWS, but whole tables are read, so
the bytes are those of all of a table's files, whichever partitions a query asks for.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from embedded_aws.patches.context import PatchContext

_LIMIT_REACHED = "Bytes scanned limit was exceeded"


class _Scanned:
    """The bytes that one query has read so far, and how many it may."""

    def __init__(self, most: float) -> None:
        self.most = most
        self.total = 0

    def add(self, read: int) -> None:
        self.total += read
        if self.total > self.most:
            raise ValueError(_LIMIT_REACHED)


_scanned: ContextVar[_Scanned] = ContextVar("scanned")


def patch(_: PatchContext) -> None:
    """Mend where results go, what they look like and what is counted on the way."""
    from ministack.services import athena

    stock_start, stock_run, stock_files = (
        athena._start_query_execution,  # noqa: SLF001
        athena._execute_query,  # noqa: SLF001
        athena._materialize_table_files,  # noqa: SLF001
    )

    def start(given: dict[str, Any]) -> Any:
        location = _location(given, _configuration(given.get("WorkGroup", "primary")))
        results = {**given.get("ResultConfiguration", {}), **({"OutputLocation": location} if location else {})}
        return stock_start({**given, "ResultConfiguration": results})

    async def run(query_id: str, *given: Any) -> None:
        execution = athena._executions[query_id]  # noqa: SLF001
        limit = _configuration(execution["WorkGroup"]).get("BytesScannedCutoffPerQuery")
        read = _Scanned(float(limit or "inf"))
        _scanned.set(read)
        await stock_run(query_id, *given)
        execution["Statistics"]["DataScannedInBytes"] = read.total
        if execution["Status"]["StateChangeReason"] == _LIMIT_REACHED:
            execution["Status"]["State"] = "CANCELLED"

    def files(location: str, folders: list[str]) -> list[str]:
        found: list[str] = stock_files(location, folders)
        _scanned.get().add(sum(Path(each).stat().st_size for each in found))
        return found

    athena._start_query_execution = start  # noqa: SLF001
    athena._execute_query = run  # noqa: SLF001
    athena._materialize_table_files = files  # noqa: SLF001
    athena._save_query_results = _save  # noqa: SLF001


def _configuration(workgroup: str) -> Mapping[str, Any]:
    from ministack.services import athena

    return athena._workgroups.get(workgroup, {}).get("Configuration") or {}  # noqa: SLF001


def _location(given: Mapping[str, Any], workgroup: Mapping[str, Any]) -> str | None:
    """Return the prefix for the result, with a slash at its end; a workgroup's enforced one comes first."""
    own = (given.get("ResultConfiguration") or {}).get("OutputLocation")
    its = (workgroup.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = workgroup.get("EnforceWorkGroupConfiguration", True)
    found = (its or own) if enforced else (own or its)
    return f"{found.rstrip('/')}/" if found else None


async def _save(query_id: str) -> None:
    from ministack.services import athena, s3

    execution = athena._executions[query_id]  # noqa: SLF001
    found, place = execution["_results"], urlparse(execution["ResultConfiguration"]["OutputLocation"])
    lines = [_line(found["columns"]), *map(_line, found["rows"])]
    content = "".join(f"{line}\n" for line in lines).encode()
    status, _, body = s3._put_object(place.netloc, place.path.lstrip("/"), content, {"content-type": "text/csv"})  # noqa: SLF001
    if status >= 300:
        raise ValueError(f"the result could not be written: {body!r}")


def _line(values: Sequence[Any]) -> str:
    return ",".join("" if value is None else '"{}"'.format(_text(value).replace('"', '""')) for value in values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join(f"{name}={_text(each)}" for name, each in value.items()))
    return str(value)
