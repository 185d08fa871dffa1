"""HTML and SVG elements as strings that are escaped by construction.

A page has thousands of them, and nearly all need no escape, so one search comes before the replacements.
"""

import re
from functools import cache
from html import escape

Attribute = str | int | float | bool | None


class Markup(str):
    """Text that is HTML already; every other string is escaped when it becomes part of an element."""

    __slots__ = ()


_FORBIDDEN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_UNPRINTABLE = re.compile(f"[{_FORBIDDEN}]")
_NOT_PLAIN = re.compile(f"[&<>\"'{_FORBIDDEN}]")
_VOID = frozenset({"meta", "path", "line", "rect", "circle"})


def element(name: str, /, *children: str | None, **attributes: Attribute) -> Markup:
    """Return an element; None children and None or False attributes are left out.

    A trailing underscore of an attribute's name is dropped, others become hyphens.

    >>> element("p", "1 < 2", element("b", "x"), class_="note", aria_hidden="true")
    '<p class="note" aria-hidden="true">1 &lt; 2<b>x</b></p>'
    """
    opening = name + "".join([_attribute(key, value) for key, value in attributes.items()])
    if name in _VOID:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{joined(*children)}</{name}>")


def joined(*children: str | None) -> Markup:
    """Return the children one after the other, escaped where they are not markup."""
    return Markup("".join([_safe(child) for child in children if child is not None]))


def _safe(child: str) -> str:
    return child if isinstance(child, Markup) else _escaped(child, quote=False)


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return f" {_attribute_name(key)}"
    return f' {_attribute_name(key)}="{_escaped(str(value), quote=True)}"'


@cache
def _attribute_name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _escaped(text: str, *, quote: bool) -> str:
    """Escape markup, and put a visible sign for what HTML forbids (controls, lone surrogates) or turns around."""
    if _NOT_PLAIN.search(text) is None:
        return text
    return escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text), quote=quote)
