"""What the objects of a life hold, in all of their versions."""

import io

import pyarrow.parquet as pq

from courtside.contracts import forget_keys, lake_keys
from tests.unit.workflows.forget.life import PERSON, Life

OF_ANOTHER = lake_keys.settled("round", "other")


def contents(life: Life) -> dict[str, list[bytes]]:
    """Return all versions of the model's objects that have content, and that are no note of what was erased."""
    found = {
        key: [content for _, content in versions if content is not None]
        for key, versions in life.lake.history.items()
        if key != OF_ANOTHER and not key.startswith(forget_keys.forgotten("churn")) and "erased.json" not in key
    }
    return {key: versions for key, versions in found.items() if versions}


def holding(life: Life) -> set[str]:
    """Return the keys of which any version has the id in its bytes or in a cell of a table."""
    return {
        key
        for key, versions in contents(life).items()
        if any(PERSON.encode() in content or PERSON in cells(content) for content in versions)
    }


def cells(content: bytes) -> set[str]:
    texts = [column for name, column in columns(content).items() if name in {"id", "customer_id"}]
    return {text.split("|")[0] for column in texts for text in column}


def columns(content: bytes) -> dict[str, list[str]]:
    if not content.startswith(b"PAR1"):
        return {}
    table = pq.read_table(io.BytesIO(content))
    return {name: [str(each) for each in table.column(name).to_pylist()] for name in table.column_names}


def rows(content: bytes) -> list[str]:
    """Return the rows of a parquet file that are not about the person, as text."""
    table = pq.read_table(io.BytesIO(content))
    return [str(row) for row in table.to_pylist() if PERSON not in str(row)]
