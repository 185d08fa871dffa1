"""The whole page."""

from collections.abc import Sequence

from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.report import DriftReport, FeatureDrift
from courtside.core.pages.document import document
from courtside.core.pages.markup import Markup, element, joined
from courtside.core.pages.parts import section
from courtside.core.pages.place import Place
from courtside.core.report_page.decided import PageDecision, background
from courtside.core.report_page.detail import feature_section
from courtside.core.report_page.overview import banner, by_urgency, every_feature, facts, set_aside, stories, verdict
from courtside.core.report_page.quality import quality
from courtside.core.report_page.segments import segments
from courtside.core.report_page.thumbnail import thumbnail

MOST_DETAILED = 60
"""Features shown in full, those that moved first; the page stays light enough for an e-mail."""
TITLE = "Courtside drift report"


def render_page(
    report: DriftReport,
    reference: Profile,
    current: Profile,
    *,
    decision_text: str | None = None,
    decided: PageDecision | None = None,
    title: str = TITLE,
    place: Place | None = None,
) -> str:
    """Return the report as one HTML document that needs no network and runs no script.

    `reference` and `current` are the profiles the report was made of; trends, groups and onsets are shown if the
    report's story was told. `decision_text` is one sentence about what the system did, and `decided` says why.
    `place` is where the page lies among those of a stage; a page of a comparison here has none. The same input gives
    the same bytes, about 8 KB per feature.
    """
    ordered = by_urgency(report.features)
    keys = {feature.name: f"f{position}" for position, feature in enumerate(ordered[:MOST_DETAILED], 1)}
    cards = {
        feature.name: feature_section(
            feature, reference.by_name[feature.name], current.by_name[feature.name], key=keys[feature.name]
        )
        for feature in ordered[:MOST_DETAILED]
    }
    thumbnails = {name: thumbnail(reference.by_name[name], current.by_name[name]) for name in keys}
    return document(
        f"{verdict(report)[1]} {title}",
        banner(report, title=title, decision=decision_text),
        stories(report),
        background(decided) if decided else None,
        set_aside(report),
        facts(report),
        every_feature(ordered, keys, thumbnails),
        quality(ordered, reference),
        segments(report),
        _outcomes(report.outcomes, reference.outcomes, current.outcomes),
        _details(ordered[:MOST_DETAILED], cards, left_out=len(ordered) - len(cards)),
        place=place,
    )


def _outcomes(found: Sequence[FeatureDrift], reference: Profile | None, current: Profile | None) -> Markup | None:
    """Return target and prediction in a section of their own; None if none was checked."""
    if not (found and reference and current):
        return None
    roles = [outcome.role.value for outcome in found]
    cards = [
        feature_section(outcome, reference.by_name[outcome.name], current.by_name[outcome.name], key=role)
        for outcome, role in zip(found, roles, strict=True)
    ]
    note = element("p", "Not read by the model: judged apart, and in none of the figures above.", class_="note")
    return section("outcomes", " and ".join(roles).capitalize(), note, *cards)


def _details(shown: list[FeatureDrift], cards: dict[str, Markup], *, left_out: int) -> Markup:
    """Return the features that moved in full, the others folded away (print opens them)."""
    moved = [cards[feature.name] for feature in shown if feature.drifted]
    still = [cards[feature.name] for feature in shown if not feature.drifted]
    more = f"{left_out} more features are in the report's JSON form." if left_out > 0 else None
    return joined(
        section("full", "What moved, in full", *moved) if moved else None,
        element("details", element("summary", f"{len(still)}{' other' if moved else ''} features, in full"), *still)
        if still
        else None,
        element("p", more, class_="note") if more else None,
    )
