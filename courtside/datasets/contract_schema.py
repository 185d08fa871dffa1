"""Write what is said about a contract's keys outside the code: the JSON Schema, and the table of `docs/contract.md`.

``python -m courtside.datasets.contract_schema`` writes both again after a key has changed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic.fields import FieldInfo

from courtside.datasets.contract_keys import PARTS, ContractDocument
from courtside.datasets.key_types import Keys

SCHEMA = Path(__file__).with_name("contract.schema.json")
PAGE = Path(__file__).parents[2] / "docs" / "contract.md"
KEYS = "keys"


def schema() -> str:
    """Return the JSON Schema of a contract (draft 2020-12), by which editors complete and check one."""
    model = _closed(ContractDocument.model_json_schema())
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _closed(node: Any) -> Any:
    """Return a part of the schema in which keys that fit no pattern of theirs are refused."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    return closed | {"additionalProperties": False} if "patternProperties" in closed else closed


def page(text: str) -> str:
    """Return the page with its table as the model has it; raises `ValueError` where the markers are missing."""
    keys = [
        "| key | without it | what it means | example |",
        "|---|---|---|---|",
        *(_row(name, field) for name, field in _all_keys()),
    ]
    return _between(text, KEYS, keys)


def _all_keys(prefix: str = "", keys: type[Keys] = ContractDocument) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in keys.model_fields.items():
        yield f"{prefix}{name}", field
        if not prefix and name in PARTS:
            yield from _all_keys(f"{name}.", PARTS[name])


def _row(name: str, field: FieldInfo) -> str:
    example = _yaml({name.rpartition(".")[2]: (field.examples or [None])[0]})
    return f"| `{name}` | {_default(field)} | {field.description} | `{example}` |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, Keys) or value is None or value in ([], {}):
        return ""
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).strip().removesuffix("\n...")
    return text.removeprefix("{").removesuffix("}") if isinstance(value, dict) else text


def _between(text: str, marker: str, lines: list[str]) -> str:
    start, end = (f"<!-- {sign}{marker} -->\n" for sign in ("", "/"))
    before, after = text[: text.index(start) + len(start)], text[text.index(end) :]
    return before + "\n".join(lines) + "\n" + after


if __name__ == "__main__":
    SCHEMA.write_text(schema(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
