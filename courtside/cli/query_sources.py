"""Where a query is answered: by a stage's Athena, or here by DuckDB from a stage's files, a folder or an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.names import StackOutput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.core.queries.answer import Answer
    from courtside.core.queries.statement import Narrowing, Statement
    from courtside.workflows.ports import Lake


class NoArchive(BadInput):
    """A place that was named holds no archive."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"{place} holds no archive; name a folder in which `{lake_keys.ARCHIVE_PREFIX}` lies, such as a copy of "
            "the lake, or a whole bucket as s3://NAME"
        )


class Source(Protocol):
    """Something that answers queries."""

    @property
    def says(self) -> str:
        """What people read while they wait."""
        ...

    def answered(self, statement: "Statement", to: "Mapping[str, Narrowing]") -> "Answer":
        """Return the rows of a statement, each of whose tables is narrowed."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """DuckDB, over files of a lake."""

    lake: "Lake"
    place: str

    @property
    def says(self) -> str:
        """What people read while they wait."""
        return f"Reading {self.place}"

    def answered(self, statement: "Statement", to: "Mapping[str, Narrowing]") -> "Answer":
        """Read the tables of a statement, and run it on them; raises `TableOutside` and `QueryRefused`."""
        from courtside.adapters.duckdb_queries import answered
        from courtside.core.queries.errors import TableOutside
        from courtside.workflows.archive.read import Archive
        from courtside.workflows.archive_queries import tables_of

        for name in statement.elsewhere:
            raise TableOutside(name)
        return answered(statement, tables_of(statement, to, archive=Archive(self.lake)))


@dataclass(frozen=True, slots=True)
class OnStage:
    """Athena, over the tables of a stage."""

    outputs: "StageOutputs"

    @property
    def says(self) -> str:
        """What people read while they wait."""
        return "Athena reads the archive"

    def answered(self, statement: "Statement", to: "Mapping[str, Narrowing]") -> "Answer":
        """Run a statement; raises `QueryRefused`, `QueryOverLimit` and `AwsUnusable`."""
        from courtside.adapters.athena_queries import Athena
        from courtside.adapters.deployment import reaching_aws
        from courtside.adapters.s3_lake import S3Lake

        outputs = self.outputs
        with reaching_aws():
            athena = Athena(
                outputs[StackOutput.ARCHIVE_DATABASE],
                outputs[StackOutput.QUERY_WORKGROUP],
                S3Lake(outputs[StackOutput.LAKE_BUCKET]),
            )
            return athena.answered(statement, to)


def source_of(*, stage: str, lake: str | None, here: bool) -> Source:
    """Return what answers; raises `NoArchive`, `StageNotDeployed` and `AwsUnusable`."""
    if lake is not None:
        return Here(_lake_at(lake), lake)
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.s3_lake import S3Lake

    outputs = stage_outputs(stage)
    return Here(S3Lake(outputs[StackOutput.LAKE_BUCKET]), f"the lake of {stage}") if here else OnStage(outputs)


def _lake_at(address: str) -> "Lake":
    """Return the lake in a folder or a bucket; raises `NoArchive`."""
    if address.startswith("s3://"):
        from courtside.adapters.s3_lake import S3Lake

        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        if prefix.strip("/") or not bucket:
            raise NoArchive(address)
        return S3Lake(bucket)
    from courtside.adapters.folder_lake import FolderLake

    folder = Path(address)
    if not (folder / lake_keys.ARCHIVE_PREFIX).is_dir():
        raise NoArchive(address)
    return FolderLake(folder)
