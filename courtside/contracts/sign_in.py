"""Where people sign in on the address behind which a stage's pages lie, and which keys of the lake it shows."""

from typing import Final

from courtside.contracts import drift_keys, training_keys
from courtside.contracts.dashboard_keys import DASHBOARD_PREFIX

PREFIX: Final = "/sign-in/"
NEEDED: Final = f"{PREFIX}needed"
"""The page that stands in for one which CloudFront refused."""
BEGIN: Final = f"{PREFIX}begin"
ANSWER: Final = f"{PREFIX}answer"
"""Where the user pool sends people back to, with a code or an error."""
OUT: Final = f"{PREFIX}out"
ENDED: Final = f"{PREFIX}ended"

ATTEMPT_COOKIE: Final = "__Host-courtside-sign-in"
"""Holds what the answer is compared with. Browsers take a name like this only over TLS and from this very host."""

SHOWN: Final = (
    f"{DASHBOARD_PREFIX}*.html",
    f"{drift_keys.drift_reports('*')}*.html",
    training_keys.training_card_page("*", "*"),
)
"""Patterns of the keys that the address shows: pages for people, and nothing else of the lake."""
