"""Typed documents in the lake; an error names a damaged one."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from courtside.contracts.errors import CourtsideError
from courtside.workflows.ports import Lake, ObjectMissing

_Document = TypeVar("_Document", bound=BaseModel)


class DocumentDamaged(CourtsideError):
    """An object of the lake is not the document that was written there."""

    def __init__(self, uri: str, detail: str) -> None:
        self.uri = uri
        self.detail = detail
        super().__init__(
            f"{uri} is cut off, or is not what was written there ({detail}); restore the version of it before, "
            "which the bucket keeps"
        )


def read_document(kind: type[_Document], key: str, *, lake: Lake) -> _Document:
    """Return the document under a key; raises `DocumentDamaged` and `ObjectMissing`."""
    return parsed_document(kind, lake.read(key), uri=lake.uri(key))


def parsed_document(kind: type[_Document], content: bytes, *, uri: str) -> _Document:
    """Return the document that was read from an address; raises `DocumentDamaged`."""
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise DocumentDamaged(uri, error.errors()[0]["msg"]) from error


def find_document(kind: type[_Document], key: str, *, lake: Lake) -> _Document | None:
    """Return the document under a key, None where there is none; raises `DocumentDamaged`."""
    try:
        return read_document(kind, key, lake=lake)
    except ObjectMissing:
        return None
