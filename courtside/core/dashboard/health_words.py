"""A model's health and an incident's severity as people see them: a sign, a word and a colour, never a colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from courtside.contracts.incidents import Severity
from courtside.core.dashboard.views import Health
from courtside.core.pages.markup import Markup, element


@dataclass(frozen=True, slots=True)
class Look:
    """How one health is shown: `kind` is the style sheet's class of its colour, `title` the heading of its models."""

    kind: str
    sign: str
    title: str


HEALTH: Mapping[Health, Look] = {
    Health.CRITICAL: Look("drift", "✕", "Critical"),
    Health.WARNING: Look("usual", "▲", "Warning"),
    Health.UNREADABLE: Look("broken", "?", "Unreadable"),
    Health.WAITS: Look("waits", "◆", "Waits for you"),
    Health.NEW: Look("unknown", "○", "New"),
    Health.PAUSED: Look("unknown", "‖", "Paused"),
    Health.GOOD: Look("quiet", "✓", "Good"),
}
NEED_A_PERSON = frozenset({Health.CRITICAL, Health.WARNING, Health.UNREADABLE, Health.WAITS})
"""The kinds of health about which somebody should do something."""
_SEVERITY = {Severity.CRITICAL: ("drift", "✕"), Severity.WARNING: ("usual", "▲"), Severity.INFO: ("unknown", "○")}


def health_badge(health: Health) -> Markup:
    """Return a model's health as a badge."""
    look = HEALTH[health]
    return badge(look.kind, look.sign, look.title.lower())


def severity_badge(severity: str) -> Markup:
    """Return an incident's severity as a badge."""
    kind, sign = _SEVERITY[Severity(severity)]
    return badge(kind, sign, severity)


def badge(kind: str, sign: str, words: str) -> Markup:
    """Return a badge of a kind of the style sheet; its sign is not read aloud."""
    return element("span", signed(sign), Markup(" "), words, class_=f"badge {kind}")


def signed(sign: str) -> Markup:
    """Return a sign that screen readers pass over, since words beside it say the same."""
    return element("span", sign, class_="sign", aria_hidden="true")
