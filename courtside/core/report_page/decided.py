"""Why something was decided: how the model does, what the rule compared, and what would have changed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from courtside.contracts.shortening import shortened
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import pairs, section
from courtside.core.report_page.overview import bullets

LONGEST = 600


@dataclass(frozen=True, slots=True)
class PageDecision:
    """What a page says of a decision besides its reason.

    `numbers` are those that the `rule` compared, by name; `would_change` and `performance`, which is that of the
    champion, are sentences.
    """

    rule: str
    champion: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    would_change: tuple[str, ...] = ()
    performance: tuple[str, ...] = ()


def background(decided: PageDecision) -> Markup:
    """Return how the model does, and why that and the data led to the decision."""
    facts = [("Rule", decided.rule), *((name, f"{value:.4g}") for name, value in decided.numbers.items())]
    known = [shortened(said, LONGEST) for said in decided.performance]
    changes = [said.replace("`", "") for said in decided.would_change]
    return section(
        "decided",
        "Why it was decided",
        element("h3", f"Performance of champion version {decided.champion}") if known else None,
        bullets(known),
        element("h3", "What the rule compared"),
        pairs(facts),
        element("h3", "What would have changed it") if changes else None,
        bullets(changes),
    )
