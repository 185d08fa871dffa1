"""The frame of every page: one self-contained document that needs no network and runs no script."""

from functools import cache
from importlib.resources import files

from courtside.contracts.page_policy import PAGE_POLICY
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.place import Place


def document(title: str, *sections: Markup | None, own_style: Markup | None = None, place: Place | None = None) -> str:
    """Return a whole HTML document; `own_style` is what one kind of page adds to the style of all.

    A page that has a `place` among those of a stage links the pages above it.
    """
    trail, footer = (place.trail(), place.footer()) if place else (None, None)
    body = element("body", trail, element("main", *sections), footer)
    return f"<!doctype html>\n{element('html', _head(title, own_style), body, lang='en')}\n"


def style() -> Markup:
    """Return the style sheet of pages and charts: light, dark and on paper."""
    return style_of(__package__)


@cache
def style_of(package: str) -> Markup:
    """Return the style sheet of one kind of page, which lies in its package."""
    return Markup((files(package) / "style.css").read_text(encoding="utf-8"))


def _head(title: str, own_style: Markup | None) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=PAGE_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", style(), own_style),
    )
