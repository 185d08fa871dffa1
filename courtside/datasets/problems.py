"""What is wrong with a contract, one sentence each: the line, the key, and what to write instead."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from courtside.contracts.shortening import shortened
from courtside.datasets.strict_yaml import Document, Path

_WRITE = {
    "missing": "the key {key} is missing; add `{last}:` with its value",
    "string_type": "{key} must be a text, like `{last}: name`",
    "string_too_short": "{key} is empty; write a text or leave the key out",
    "list_type": "{key} must be a list, like `{key}: [id]`, or `{key}: []`",
    "too_short": "{key} holds nothing; write at least one, like `{example}`",
    "too_long": "{key} holds more than {most}; delete the others",
    "bool_type": "{key} must be true or false, like `{last}: false`",
    **dict.fromkeys(
        ("float_type", "greater_than", "finite_number"), "{key} must be a number above 0, like `{last}: 0.2`"
    ),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float", "int_parsing_size", "greater_than_equal"),
        "{key} must be a whole number from 1, like `{key}: 3`",
    ),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"), "{key} must hold keys with values, like `{example}`"
    ),
}
_EXAMPLES = {
    "features": "age: numeric`, or be `infer",
    "comparable": "phase: month",
    "entities": "home_*: [home_team, season]",
    "candidates": "candidates: [lightgbm]",
    "watch": "policy: classic",
    "watch.thresholds": "age.ks: 0.2",
}


def problem(error: ErrorDetails, document: Document) -> str:
    """Return what pydantic found, in the words of someone who edits the file."""
    path = error["loc"]
    scalar = document.scalars.get(path)
    key = _name(path)
    if error["type"] == "string_type" and scalar and scalar.written:
        return f"line {document.line(path)}: {key}: {scalar.advice}"
    said = _WRITE.get(error["type"], "{key}: {message}").format(
        key=key,
        last=path[-1] if path else "",
        example=_EXAMPLES.get(key, "name: churn"),
        most=error.get("ctx", {}).get("max_length"),
        message=error["msg"].removeprefix("Value error, "),
    )
    return f"line {document.line(path)}: {said}"


def unknown_key(path: Path, known: Iterable[str], document: Document) -> str:
    """Say that a key is not known, and which one is probably meant."""
    return f"line {document.line(path)}: the key {_name(path)} is not known; {_nearest(str(path[-1]), known)}"


def unknown_word(path: Path, known: Iterable[str], document: Document) -> str:
    """Say that a value is not one of the allowed words, and which one is probably meant."""
    scalar = document.scalars.get(path)
    written = scalar.written if scalar else str(document.at(path))
    return f"line {document.line(path)}: {_name(path)} is {shortened(written)!r}; {_nearest(written, known)}"


def _name(path: Path) -> str:
    return ".".join(shortened(str(step)) for step in path) or "document"


def _nearest(word: str, known: Iterable[str]) -> str:
    words = [str(each) for each in known]
    found = get_close_matches(shortened(word).lower(), words, n=1)
    listed = f"known are {', '.join(words)}"
    return f"did you mean {found[0]}? ({listed})" if found else listed
