"""The few pages around signing in, in plain words; none shows anything of a model."""

from courtside.contracts.sign_in import BEGIN
from courtside.core.pages.document import document
from courtside.core.pages.markup import Markup, element


def needed_page() -> str:
    """Return what stands in for a page that CloudFront refused: it cannot tell a stranger from a wrong address."""
    return _page(
        "Sign in to see this page",
        "These pages are open to people whom this stage's operators have added.",
        "If you signed in already, there is no page at this address, or your sign-in is over.",
        link="Sign in",
    )


def refused_page(problem: str) -> str:
    """Return the page about a sign-in that came to nothing."""
    return _page("You are not signed in", f"{problem[:1].upper()}{problem[1:]}.", link="Sign in again")


def unavailable_page() -> str:
    """Return the page for when signing in is out of order, which is nothing that its reader did."""
    return _page(
        "Signing in does not work at the moment",
        "Try again in some minutes. If it stays like this, tell the operators of this stage: the reason is in the log "
        "of the function sign_in.",
        link="Sign in again",
    )


def ended_page() -> str:
    """Return the page after signing out."""
    return _page("You are signed out", "This browser can open the pages no longer.", link="Sign in again")


def _page(title: str, *sentences: str, link: str) -> str:
    begin: Markup = element("p", element("a", link, href=BEGIN))
    return document(title, element("h1", title), *(element("p", each) for each in sentences), begin)
