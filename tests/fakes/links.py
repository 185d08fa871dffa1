"""Whether the links of pages among files lead somewhere: to a file that exists, and to an element that is in it."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """What a page links, and the names of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.add(found.get("href", ""))
        self.ids.add(found.get("id", ""))


def dead_links(page: Path) -> list[str]:
    """Return those links of a page that lead nowhere, each once; one without an address is among them."""
    return sorted(link for link in _read(page).links if not _leads_somewhere(page, link))


def pages_below(first: Path) -> Iterator[Path]:
    """Yield a page and every page that is reached from it, each once."""
    waiting, seen = [first.resolve()], {first.resolve()}
    while waiting:
        page = waiting.pop()
        yield page
        targets = {(page.parent / _path(link)).resolve() for link in _read(page).links if _path(link)}
        waiting += [target for target in targets - seen if target.suffix == ".html" and target.is_file()]
        seen |= targets


def _leads_somewhere(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    target = page.parent / _path(link) if parts.path else page
    if parts.scheme or parts.netloc or not link or not target.is_file():
        return False
    return not parts.fragment or unquote(parts.fragment) in _read(target.resolve()).ids


def _path(link: str) -> str:
    return unquote(urlsplit(link).path)


@cache
def _read(page: Path) -> _Page:
    parser = _Page()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser
