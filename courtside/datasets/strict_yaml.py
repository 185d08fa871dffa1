"""Read a contract's YAML strictly: whatever people could read in two ways is refused, with its line and the fix.

YAML reads `no` and `on` as truth values and 2020 as a number, silently keeps the last of two equal keys, and lets
a few lines of anchors grow to gigabytes. A contract needs none of that.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import shortened

MOST_BYTES = 2**20
DEEPEST = 8
_TEXT = "tag:yaml.org,2002:str"
_KINDS = {"bool": "a truth value", "int": "a number", "float": "a number", "null": "nothing", "timestamp": "a date"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

Path = tuple[str | int, ...]
"""Where a value stands: keys and positions from the document's root."""


class YamlRefused(BadInput):
    """A YAML text cannot be read, or can be read in two ways; `line` counts from 1, and is None for the whole file."""

    def __init__(self, problem: str, *, line: int | None = None) -> None:
        self.problem = problem
        self.line = line
        super().__init__(problem if line is None else f"line {line}: {problem}")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A plain value that YAML does not read as the text it looks like."""

    written: str
    kind: str

    @property
    def advice(self) -> str:
        """What to write where the text was meant."""
        return f'YAML reads `{self.written}` as {self.kind}; if the text is meant, write it in quotes: "{self.written}"'


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a YAML text, the line of each (for a key's value, the key's line), and those that are not text."""

    values: Any
    lines: dict[Path, int]
    scalars: dict[Path, Scalar]

    def at(self, path: Path) -> Any:
        """Return the value at a path."""
        found = self.values
        for step in path:
            found = found[step]
        return found

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(content: bytes) -> Document:
    """Return the one document of a YAML file; raises `YamlRefused`."""
    if len(content) > MOST_BYTES:
        raise YamlRefused(f"the file has more than the {MOST_BYTES:,} bytes that a contract may have")
    text = _decoded(content)
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        raise _refusal(error, text) from None
    if node is None:
        raise YamlRefused("the document is empty; write the contract into it")
    document = Document(None, {}, {})
    return Document(_built(node, (), document), document.lines, document.scalars)


class _Loader(yaml.SafeLoader):
    """Composes nodes, and refuses whatever would make a short text large or deep before it does so."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave the parser untyped
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise YamlRefused(
                f"`{sign}{event.anchor}` is an anchor or a reference to one, which a contract may not have; write the "
                "value out, or put text that starts so in quotes",
                line=line,
            )
        tag = getattr(event, "tag", None)
        if tag not in {None, "!", _TEXT}:
            raise YamlRefused(f"the tag {shortened(tag)} is not known here; delete it", line=line)
        if self._depth == DEEPEST:
            raise YamlRefused(f"values are nested more than {DEEPEST} deep; a contract needs three levels", line=line)
        self._depth += 1
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self._depth -= 1
        return node


def _built(node: yaml.Node, path: Path, document: Document) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return {key: _built(value, (*path, key), document) for key, value in _pairs(node, path, document)}
    if isinstance(node, yaml.SequenceNode):
        return [_built(value, (*path, place), document) for place, value in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    if node.tag == _TEXT:
        _require_characters(node)
        return node.value
    document.scalars[path] = Scalar(node.value, _kind(node))
    if node.tag.endswith((":null", ":int", ":float")) or node.value in {"true", "false"}:
        try:
            return yaml.SafeLoader("").construct_object(node)
        except ValueError:  # too many digits, or a number as hours and minutes
            return node.value
    return None if node.value == "" else float("nan")  # no field accepts this, so that the field's own error names it


def _pairs(node: yaml.MappingNode, path: Path, document: Document) -> Iterator[tuple[str, yaml.Node]]:
    first: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlRefused("a key is a list or a mapping; write a name before the colon", line=line)
        name = key.value
        shown = ".".join(map(str, (*path, shortened(name))))
        if key.tag != _TEXT:
            raise YamlRefused(f"the key {shown}: {Scalar(shortened(name), _kind(key)).advice}", line=line)
        _require_characters(key)
        if name in first:
            raise YamlRefused(
                f"the key {shown} stands here and in line {first[name]}; YAML would keep the last one alone: delete "
                "or rename one of them",
                line=line,
            )
        first[name] = line
        document.lines[(*path, name)] = line
        yield name, value


def _require_characters(node: yaml.ScalarNode) -> None:
    """Refuse halves of characters, which an escape can write and nothing can store."""
    if any("\ud800" <= each <= "\udfff" for each in node.value):
        line = node.start_mark.line + 1
        raise YamlRefused("the escape \\u of half a character stands here; write the character itself", line=line)


def _kind(node: yaml.ScalarNode) -> str:
    return _KINDS.get(node.tag.rpartition(":")[2], "something other than text")


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF16) or b"\0" in content[:4]:
        wide = "UTF-32" if content[:4] in _UTF32 or content[:4].count(0) == 3 else "UTF-16"
        raise YamlRefused(f"the file is written in {wide}; save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlRefused(
            f"byte 0x{content[error.start]:02x} is no UTF-8 text; the file is probably in Latin-1 or Windows-1252: "
            "save it as UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8 old.yaml > new.yaml`)",
            line=content.count(b"\n", 0, error.start) + 1,
        ) from None
    space = re.search(r"^[ \t]*(?![ \t\n\r\f\v])([\s\u200b\u2060\ufeff])", text.removeprefix("\ufeff"), re.MULTILINE)
    if space:
        raise YamlRefused(
            f"a line begins with U+{ord(space[1]):04X}, which looks like a space and is none to YAML; indent with the "
            "space bar's spaces",
            line=text.count("\n", 0, space.start()) + 1,
        )
    odd = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if odd:
        raise YamlRefused(
            f"the file holds the control character 0x{ord(odd[0]):02x}, so it is no plain text; give the contract's "
            "YAML file, or delete the character",
            line=text.count("\n", 0, odd.start()) + 1,
        )
    return text


def _refusal(error: yaml.YAMLError, text: str) -> YamlRefused:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:  # a character that YAML does not allow
        return YamlRefused(f"this is no YAML ({str(error).splitlines()[0]})")
    said = str(getattr(error, "problem", None) or error).splitlines()[0]
    lines = text.splitlines()
    written = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in written[: mark.column + 1]:
        return YamlRefused("a tab stands where YAML takes only spaces; indent with spaces", line=mark.line + 1)
    hint = next((advice for words, advice in _HINTS.items() if words in said), "correct the line")
    return YamlRefused(f"this is no YAML ({said}); {hint}", line=mark.line + 1)


_HINTS = {
    "mapping values are not allowed": "put text that holds a colon in quotes, and indent keys of one level alike",
    "could not find expected ':'": "write a colon and a space after the key",
    "expected <block end>": "indent keys of one level alike",
    "another document": "keep one document: delete what follows the second ---",
    "expected ',' or": "close the bracket, or put a comma between the values",
    "end of stream": "close the quotation mark",
    "cannot start any token": "put text that starts with this character in quotes",
}
