"""Commands on a page, as people type them."""

from courtside.core.pages.markup import Markup, element, joined


def command(typed: str) -> Markup:
    """Return a command whose words are not broken at their hyphens, however narrow the screen is."""
    words = [element("span", word) for word in typed.split(" ")]
    return element("code", words[0], *(joined(" ", word) for word in words[1:]))
