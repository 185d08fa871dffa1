"""Where values are missing, and where some were never seen before: the first question about data that moved."""

from collections.abc import Iterator, Sequence

from courtside.contracts.shortening import shortened
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reports.report import FeatureDrift
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.parts import Row, section, table
from courtside.core.pages.wording import percent

MOST_ROWS = 20
_COLUMNS = ("", "Missing in the reference", "Missing now", "Never seen before")


def quality(features: Sequence[FeatureDrift], reference: Profile) -> Markup:
    """Return the features with gaps or new values, those with the largest change first, or that there are none."""
    found = sorted(_found(features, reference), key=lambda each: -each[0])
    if not found:
        nothing = "No value is missing in the reference or now, and no feature has a level that is new."
        return section("quality", "Data quality", element("p", nothing, class_="note"))
    more = len(found) - MOST_ROWS
    return section(
        "quality",
        "Data quality",
        table("Share of a feature's rows", _COLUMNS, [row for _, row in found[:MOST_ROWS]]),
        element("p", f"{more} more features have gaps or new values.", class_="note") if more > 0 else None,
    )


def _found(features: Sequence[FeatureDrift], reference: Profile) -> Iterator[tuple[float, Row]]:
    for feature in features:
        before, now = reference.by_name[feature.name].tally.missing_rate, feature.missing_rate
        if before or now or feature.unseen_rate:
            shares = (percent(before), percent(now), percent(feature.unseen_rate))
            yield max(abs(now - before), feature.unseen_rate), (shortened(feature.name), *shares)
