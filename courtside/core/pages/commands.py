"""Commands on a page, as people type them, alone and within sentences."""

from courtside.core.pages.markup import Markup, element, joined


def command(typed: str) -> Markup:
    """Return a command whose words are not broken at their hyphens, however narrow the screen is."""
    words = [element("span", word) for word in typed.split(" ")]
    return element("code", words[0], *(joined(" ", word) for word in words[1:]))


def prose(text: str) -> Markup:
    """Return words of a sentence that came from data, with the parts between backticks as commands.

    >>> prose("train it with `courtside retrain`")
    '<bdi>train it with <code><span>courtside</span> <span>retrain</span></code></bdi>'
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without its partner is one of the data's own
        return element("bdi", text)
    return element("bdi", *(command(part) if at % 2 else part for at, part in enumerate(parts)))
