"""What is wrong with a contract, one sentence each: the line, the key, and what to write instead."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from courtside.contracts.shortening import shortened
from courtside.datasets.strict_yaml import Document, Path

_INVISIBLE = "holds a control character, which nobody sees; write it without, and rename the column that has one"
_WRITE = {
    "missing": "the key {key} is missing; add `{last}:` with its value",
    "string_type": "{key} must be a text, like `{last}: name`",
    "string_too_short": "{key} is empty; write a text or leave the key out",
    "string_pattern_mismatch": f"{{key}} {_INVISIBLE}",
    "list_type": "{key} must be a list, like `{last}: [{one}]`, or `{last}: []`",
    "too_short": "{key} holds nothing; write at least one, like `{example}`",
    "string_too_long": "{key} is longer than {most} letters; shorten it",
    "too_long": "{key} holds more than {most}; delete the others",
    "bool_type": "{key} must be true or false, like `{last}: false`",
    **dict.fromkeys(
        (
            *("float_type", "int_type", "int_parsing", "int_from_float", "int_parsing_size", "finite_number"),
            *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
        ),
        "{key} must be {number}",
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
    "retrain": "every: 90d",
    "gate": "floor_auc: 0.6",
}


def problem(error: ErrorDetails, document: Document, field: FieldInfo | None = None) -> str:
    """Return what pydantic found, in the words of someone who edits the file; `field` is that of a key of ours."""
    path = error["loc"]
    scalar = document.scalars.get(path)
    key = _name(path)
    if path and path[-1] == "[key]":
        wrong = _INVISIBLE if error["type"] == "string_pattern_mismatch" else "is empty; write it, or delete its line"
        return f"line {document.line(path[:-1])}: a name in {_name(path[:-2])} {wrong}"
    if error["type"] == "string_type" and scalar and scalar.written:
        return f"line {document.line(path)}: {key}: {scalar.advice}"
    said = _WRITE.get(error["type"], "{key}: {message}").format(
        key=key,
        last=path[-1] if path else "",
        example=_EXAMPLES.get(key, "name: churn"),
        one=_one(field),
        number=_number(field, str(path[-1]) if path else ""),
        most=error.get("ctx", {}).get("max_length"),
        message=error["msg"].removeprefix("Value error, "),
    )
    return f"line {document.line(path)}: {said}"


def _one(field: FieldInfo | None) -> object:
    """Return what may stand in a list: the first of the key's example."""
    example = field.examples[0] if field is not None and field.examples else None
    return example[0] if isinstance(example, list) else "id"


def _number(field: FieldInfo | None, key: str) -> str:
    """Say which numbers a key takes; a key that people name themselves is a threshold.

    >>> _number(FieldInfo(annotation=int, ge=0, examples=[7]), "days")
    'a whole number from 0, like `days: 7`'
    """
    if field is None:
        return f"a number above 0 and up to 1,000,000, like `{key}: 0.2`"
    words = {"ge": "from", "gt": "above", "lt": "below", "le": "up to"}
    limits = [
        f"{said} {getattr(each, limit):,}"
        for limit, said in words.items()
        for each in field.metadata
        if hasattr(each, limit)
    ]
    whole = "whole " if field.annotation is int else ""
    return f"a {whole}number {' and '.join(limits)}, like `{key}: {(field.examples or [3])[0]}`"


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
