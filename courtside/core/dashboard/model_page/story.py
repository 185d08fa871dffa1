"""Lines that each have a time, a badge and words: the first of them, and the others folded away."""

from collections.abc import Sequence

from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.wording import counted


def story(lines: Sequence[Markup], noun: str, *, most: int) -> Markup:
    """Return the first lines as a list, and the others below it; `noun` says what each is."""
    more = lines[most:]
    summary = element("summary", counted(len(more), f"earlier {noun}"))
    folded = element("details", summary, element("ol", *more, class_="decisions")) if more else None
    return joined(element("ol", *lines[:most], class_="decisions"), folded)


def line(when: str, badge: Markup, *words: Markup | None, key: str | None = None, calm: bool = False) -> Markup:
    """Return one line; `key` is its id on the page, and a calm one takes less room."""
    return element(
        "li",
        element("span", when, class_="when"),
        badge,
        element("div", *words),
        id=key,
        class_="calm" if calm else None,
    )
