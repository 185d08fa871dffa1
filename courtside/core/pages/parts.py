"""The parts that pages are composed of: sections with a heading, tables, pairs of name and value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courtside.core.pages.markup import Markup, element

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table before it is HTML or Markdown; the first cell of each row is its name."""

    caption: str
    columns: Row
    rows: Sequence[Row]

    def markup(self) -> Markup:
        """Return it as HTML that scrolls by itself where it is wider than the screen."""
        return wide(table(self.caption, self.columns, self.rows), label=self.caption)


def section(key: str, title: str, *inside: Markup | None) -> Markup:
    """Return a section under a heading; `key` is the heading's id on the page."""
    return element("section", element("h2", title, id=key), *inside, aria_labelledby=key)


def pairs(named: Iterable[tuple[str, str]]) -> Markup:
    """Return names with their values side by side."""
    return element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in named))


def table(caption: str | None, columns: Row, rows: Iterable[Row]) -> Markup:
    """Return a table; the first cell of each row is its name, and an empty column's name is none."""
    head = element("tr", *(element("th", column, scope="col") if column else element("td") for column in columns))
    body = [
        element("tr", element("th", name, scope="row"), *(element("td", cell) for cell in cells))
        for name, *cells in rows
    ]
    said = element("caption", caption) if caption else None
    return element("table", said, element("thead", head), element("tbody", *body))


def wide(inside: Markup, *, label: str) -> Markup:
    """Return what may be wider than a screen in a box that scrolls by itself; `label` names it for screen readers."""
    return element("div", inside, class_="wide", tabindex="0", role="region", aria_label=label)
