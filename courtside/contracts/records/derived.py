"""What the rows of a derived table were made from."""

from datetime import date

from pydantic import Field

from courtside.contracts.events import Payload
from courtside.contracts.versioned import Versioned


class DerivedDocument(Payload):
    """A document that rows were made from: a stamp of what it said then, and the day under which its rows lie."""

    stamp: str
    day: date


class DerivedRows(Versioned):
    """The documents, by name, that a model's rows were made from."""

    documents: dict[str, DerivedDocument] = Field(default_factory=dict)
