"""The pages of a stage that can be reached from one of them, as they are read from the lake."""

import posixpath
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import SplitResult, unquote, urlsplit

from courtside.contracts.dashboard_keys import is_page
from courtside.workflows.ports import Lake, ObjectMissing
from courtside.workflows.reading_ahead import ahead

_AT_ONCE = 16


class _Links(HTMLParser):
    """Collects the addresses that a page links to, in its charts too."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 — the base class's
        self.found += [value for name, value in attrs if name in {"href", "xlink:href"} and value]


def linked_pages(begin: str, *, lake: Lake) -> Iterator[tuple[str, bytes | None]]:
    """Yield the page under the key `begin` and all that it leads to, each with its content, None where there is none.

    Links to anything else than pages are not followed.
    """
    known, coming = {begin}, [begin]
    while coming:
        found: list[str] = []
        for key, content in ahead(lambda each: _content(each, lake), coming, at_once=_AT_ONCE):
            yield key, content
            new = dict.fromkeys(each for each in links(key, content or b"") if each not in known)
            known.update(new)
            found += new
        coming = found


def links(page: str, content: bytes) -> list[str]:
    """Return the keys of the pages that a page links to, in their order there."""
    parser = _Links()
    parser.feed(content.decode(errors="replace"))
    addresses = [parts for each in parser.found if (parts := _parts(each)) is not None]
    own = [each.path for each in addresses if each.path and not each.scheme and not each.netloc]
    keys = [posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path))) for path in own]
    return [key for key in keys if is_page(key)]


def _parts(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # what somebody wrote by hand
        return None


def _content(key: str, lake: Lake) -> bytes | None:
    try:
        return lake.read(key)
    except ObjectMissing:
        return None
